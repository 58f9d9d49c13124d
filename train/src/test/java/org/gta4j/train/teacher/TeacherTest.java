package org.gta4j.train.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.checkpoint.HuggingFaceFolder;
import org.gta4j.checkpoint.Json;
import org.gta4j.checkpoint.TensorTypes;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.Preset;
import org.gta4j.tensor.DType;
import org.gta4j.tokenizer.ControlTokens;
import org.gta4j.tokenizer.Tokenizer;
import org.gta4j.tokenizer.Tokenizers;
import org.gta4j.train.batch.Batch;
import org.gta4j.train.batch.TokenBatches;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.block.Precision;
import org.gta4j.train.model.Dropout;
import org.gta4j.train.model.TrainableDecoder;
import org.gta4j.train.optim.GradientNorm;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class TeacherTest {
  private static final String END = "<|endoftext|>";
  private static final String WORDS = "0a1b2c3d";
  private static final List<List<String>> MERGES =
      List.of(
          List.of("a", "b"),
          List.of("ab", "c"),
          List.of("Ġ", "ab"),
          List.of("d", "e"),
          List.of("abc", "de"));

  @TempDir private Path folder;
  private Path whole;

  @BeforeEach
  void writeTokenizer() throws IOException {
    ObjectNode json = Json.object();
    ObjectNode added = json.putArray("added_tokens").addObject().put("id", 0).put("content", END);
    added.put("special", true).put("normalized", false);
    json.putObject("pre_tokenizer").put("type", "ByteLevel").put("add_prefix_space", false);
    ObjectNode model = json.putObject("model").put("type", "BPE");
    ObjectNode vocab = model.putObject("vocab").put(END, 0);
    for (char letter = 'a'; letter <= 'f'; letter++) {
      vocab.put(String.valueOf(letter), vocab.size());
    }
    vocab.put("Ġ", vocab.size());
    ArrayNode merges = model.putArray("merges");
    for (List<String> merge : MERGES) {
      vocab.put(String.join("", merge), vocab.size());
      merges.addArray().add(merge.getFirst()).add(merge.getLast());
    }
    whole = folder.resolve("whole");
    write(whole, Json.toBytes(json));
  }

  private static void write(Path folder, byte[] tokenizer) throws IOException {
    Files.createDirectories(folder);
    Files.write(folder.resolve("tokenizer.json"), tokenizer);
    Files.writeString(
        folder.resolve("tokenizer_config.json"), "{\"eos_token\": \"%s\"}".formatted(END));
  }

  private static Tokenizer tokenizer(Path folder) {
    return Tokenizers.read(folder.resolve("tokenizer.json"));
  }

  private static int[] encode(Tokenizer tokenizer, String text) {
    return tokenizer.encode(text, Tokenizer.Framing.NONE, ControlTokens.ESCAPED);
  }

  private Tokenizer trimmed(int size, String... documents) throws IOException {
    byte[] json =
        SmallerVocabulary.of(
            "whole",
            Files.readAllBytes(whole.resolve("tokenizer.json")),
            tokenizer(whole),
            List.of(documents),
            size,
            END);
    write(folder.resolve("part"), json);
    return tokenizer(folder.resolve("part"));
  }

  @Test
  void theTokensThatTextsUseAreKeptWithTheirParts() throws IOException {
    Tokenizer part = trimmed(10, "abc abc", "abc");
    assertThat(part.size()).isEqualTo(10);
    assertThat(part.id("abc")).isPresent();
    assertThat(part.id("ab")).isPresent(); // a part of it
    assertThat(part.id("abcde")).isEmpty();
    assertThat(part.end()).hasValue(0);
    assertThat(part.decode(encode(part, "abcde fabc"))).isEqualTo("abcde fabc");
    assertThat(encode(part, "abc")).hasSize(1);
    assertThat(encode(part, "abcde")).hasSize(3);
  }

  @Test
  void aVocabularyBelowTheLettersIsRefused() {
    assertThatThrownBy(() -> trimmed(5, "abc"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at least the 8 letters");
    assertThatThrownBy(() ->
            SmallerVocabulary.of(
                "some.json",
                "{\"model\": {\"type\": \"Unigram\"}}".getBytes(StandardCharsets.UTF_8),
                tokenizer(whole),
                List.of("a"),
                10,
                END))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("some.json")
        .hasMessageContaining("byte-pair");
    assertThatThrownBy(() ->
            SmallerVocabulary.of(
                "some.json",
                """
                {"added_tokens": [{"content": "<|end|>"}],
                 "model": {"type": "BPE", "vocab": {}, "merges": []}}
                """
                    .getBytes(StandardCharsets.UTF_8),
                tokenizer(whole),
                List.of("a"),
                10,
                END))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("some.json: added_tokens: expected objects with an \"id\"");
  }

  private static ModelConfig config(int vocabulary) {
    ObjectNode json = Preset.named("gta-tiny").config().json().deepCopy();
    json.put("vocab_size", vocabulary);
    json.put("intermediate_size", 64);
    json.put("num_hidden_layers", 1);
    return ModelConfig.read(ConfigFile.of("tiny", json));
  }

  private static void write(Path place, int vocabulary) {
    try (Parameters parameters = Parameters.random(config(vocabulary), 1, 0.2)) {
      HuggingFaceFolder.write(
          place,
          parameters.config().source().json(),
          parameters.views(),
          TensorTypes.all(DType.F32),
          Long.MAX_VALUE,
          Map.of(),
          (bytes, all) -> {});
    }
  }

  private LanguageModel model(int vocabulary) {
    Path place = folder.resolve("model");
    if (!Files.exists(place)) {
      write(place, vocabulary);
    }
    return LanguageModel.load(place, new LoadOptions("scalar", 1, CacheType.F32, Optional.of(64)));
  }

  @Test
  void placesGetTheTeachersProbabilitiesForTheTokensOfTheLearner() throws IOException {
    Tokenizer words = tokenizer(whole);
    Tokenizer learner = trimmed(10, "abc");
    String text = "abcde ab fabc";
    int[] ids = encode(words, text); // abcde, _ab, _, f, abc
    int[] wanted = encode(learner, text); // abc, d, e, _, ab, _, f, abc
    float[][] logits = new float[ids.length][words.size()];
    Lesson lesson;
    try (Teacher teacher = new Teacher(model(words.size()), words, learner, 10)) {
      lesson = teacher.teach(text, read -> {});
    }
    try (LanguageModel model = model(words.size())) {
      model.score(ids, (position, rows, row) -> rows.copyRow(row, logits[position], 0));
    }
    assertThat(lesson.ids()).isEqualTo(wanted);
    assertThat(told(lesson, 0)).isZero(); // nothing stands before it
    assertThat(told(lesson, 1)).isZero(); // inside of the teacher's abcde
    int afterFirst = 3;
    assertThat(told(lesson, afterFirst)).isCloseTo(1 - control(logits[0]), within(1e-5));
    // abc is the first part of the learner's abcde.
    double abc =
        p(logits[0], words.id("abc").orElseThrow()) + p(logits[0], words.id("abcde").orElseThrow());
    assertThat(told(lesson, afterFirst, learner.id("abc").orElseThrow()))
        .isCloseTo(abc, within(1e-5));
  }

  private static double told(Lesson lesson, int place) {
    double sum = 0;
    for (int k = 0; k < lesson.top(); k++) {
      sum += lesson.probabilities()[place * lesson.top() + k];
    }
    return sum;
  }

  private static double told(Lesson lesson, int place, int token) {
    for (int k = 0; k < lesson.top(); k++) {
      if (lesson.tokens()[place * lesson.top() + k] == token) {
        return lesson.probabilities()[place * lesson.top() + k];
      }
    }
    return 0;
  }

  private static double control(float[] logits) {
    return p(logits, 0);
  }

  private static double p(float[] logits, int id) {
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit);
    }
    return Math.exp(logits[id]) / sum;
  }

  @Test
  void targetsAreTheTeachersInPartAndTheTextsOwnForTheRest() {
    Path file = folder.resolve("taught.safetensors");
    Lesson lesson =
        new Lesson(
            new int[] {1, 2, 3, 4},
            2,
            new int[] {0, 0, 5, 6, 5, 6, 0, 0},
            new float[] {0, 0, 0.5f, 0.25f, 0.9f, 0.1f, 0, 0});
    TaughtBatches.write(file, List.of(lesson), 0, WORDS);
    try (TaughtBatches batches = TaughtBatches.read(file, WORDS, 4, 1, 0.5)) {
      Batch batch = batches.read(0, 1);
      assertThat(batch.targets()).containsExactly(2, 3, 4, 0);
      Batch.SoftTargets soft = batch.soft().orElseThrow();
      assertThat(soft.tokens()).containsExactly(2, 5, 6, 3, 5, 6, 4, 0, 0, 0, 0, 0);
      assertThat(soft.weights())
          .containsExactly(
              new float[] {0.625f, 0.25f, 0.125f, 0.5f, 0.45f, 0.05f, 1, 0, 0, 1, 0, 0},
              within(1e-6f));
    }
    assertThatThrownBy(() -> TaughtBatches.read(file, WORDS, 4, 1, 1.5))
        .hasMessageContaining("0 to 1");
    assertThatThrownBy(() -> TaughtBatches.read(file, WORDS, 5, 1, 0.5))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> TaughtBatches.read(file, "other", 4, 1, 0.5))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("taught.safetensors: tokenizer: expected the one of the model")
        .hasMessageContaining("(checksum other), found 0a1b2c3d: its tokens are others");
  }

  @Test
  void aModelInPlaceOfWhatWasTaughtIsRefused() {
    model(12).close();
    Path file = folder.resolve("model/model.safetensors");
    assertThatThrownBy(() -> TaughtBatches.read(file, WORDS, 4, 1, 0.5))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("tokens")
        .hasMessageContaining("gta data teach");
  }

  @Test
  void aDistributionOfOneTokenIsThatToken() {
    int[] text = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    Batch hard = new TokenBatches(text, 8, 0).read(0, 1);
    Batch soft =
        new Batch(
            1,
            8,
            hard.ids(),
            hard.targets(),
            Optional.of(
                new Batch.SoftTargets(1, hard.targets(), new float[] {1, 1, 1, 1, 1, 1, 1, 1})));
    try (Parameters parameters = Parameters.random(config(12), 1, 0.2);
        TrainableDecoder decoder =
            new TrainableDecoder(parameters, new TrainableDecoder.Mode(Precision.F32, false))) {
      double wanted = decoder.accumulate(hard, 8, Dropout.NONE);
      double norm = GradientNorm.of(parameters.gradients());
      parameters.forgetGradients();
      assertThat(decoder.accumulate(soft, 8, Dropout.NONE)).isCloseTo(wanted, within(1e-4));
      assertThat(GradientNorm.of(parameters.gradients())).isCloseTo(norm, within(1e-4 * norm));
    }
  }
}
