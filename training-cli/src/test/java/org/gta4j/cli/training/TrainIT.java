package org.gta4j.cli.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gta4j.checkpoint.Folders;
import org.gta4j.checkpoint.Json;
import org.gta4j.model.Preset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/** {@code ./gta train} as users start it. */
class TrainIT {
  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void writeInputs() throws IOException {
    Launched.writeStories(folder);
  }

  private Launched gta(String... arguments) throws IOException, InterruptedException {
    return Launched.gta(folder, List.of(arguments));
  }

  private Launched train(String... more) throws IOException, InterruptedException {
    return Launched.gta(folder, Launched.train(more));
  }

  @Test
  void aModelIsTrainedResumedAndSpeaks() throws IOException, InterruptedException {
    Launched first = train("--steps=6", "--save-every=3", "--validation=stories.txt");
    assertThat(first.exit()).as(first.output()).isZero();
    assertThat(first.output()).contains("step 6: validation loss").contains("model is a model now");
    assertThat(Files.readAllLines(folder.resolve("model/metrics.jsonl"))).hasSize(6);
    assertThat(folder.resolve("model/checkpoints/step-00000003")).isDirectory();
    byte[] weights = Files.readAllBytes(folder.resolve("model/model.safetensors"));

    Launched spoken = gta("generate", "--model", "model", "--max-tokens", "5", "The cat");
    assertThat(spoken.exit()).as(spoken.output()).isZero();
    assertThat(spoken.output()).startsWith("The cat");

    Launched again = train("--steps=6");
    assertThat(again.exit()).isEqualTo(1);
    assertThat(again.output()).contains("holds a training or a model already").contains("--resume");
    Launched other = train("--steps=7", "--resume");
    assertThat(other.exit()).isEqualTo(1);
    assertThat(other.output()).contains("plan.steps").contains("found 7");
    Folders.delete(folder.resolve("model/checkpoints/step-00000006"));
    Launched resumed = train("--steps=6", "--resume");
    assertThat(resumed.exit()).as(resumed.output()).isZero();
    assertThat(resumed.output()).contains("going on from").contains("step-00000003");
    assertThat(Files.readAllBytes(folder.resolve("model/model.safetensors"))).isEqualTo(weights);
    assertThat(Files.readAllLines(folder.resolve("model/metrics.jsonl"))).hasSize(6);
  }

  @Test
  void tokenizersAndTokensAreMadeOfTexts() throws IOException, InterruptedException {
    Launched made =
        gta("tokenizer", "train", "--data=stories.txt", "--vocab-size=280", "--out=words");
    assertThat(made.exit()).as(made.output()).isZero();
    assertThat(gta("tokenizer", "train", "--data=stories.txt", "--out=words").output())
        .contains("tokenizer.json is there already");
    String[] prepare = {
      "data",
      "prepare",
      "--data=stories.txt",
      "--tokenizer=words",
      "--out=tokens",
      "--shard-tokens=300"
    };
    Launched prepared = gta(prepare);
    assertThat(prepared.exit()).as(prepared.output()).isZero();
    assertThat(prepared.output()).contains("tokens: 40 documents");
    assertThat(gta(prepare).output()).contains("tokens: it is there already");

    Launched other = train("--data=tokens", "--steps=1");
    assertThat(other.exit()).isEqualTo(1);
    assertThat(other.output()).contains("made with another tokenizer");
    Path index = folder.resolve("tokens/index.json");
    String json = Files.readString(index);
    Files.writeString(index, json.replaceFirst("(\"vocabulary\" : )\\d+", "$1999"));
    assertThat(train("--data=tokens", "--tokenizer=words", "--steps=1").output())
        .contains("index.json: vocabulary: expected ")
        .contains("as many tokens as --tokenizer has, found 999");
    Files.writeString(index, json);
    Launched shards = train("--data=tokens", "--tokenizer=words", "--steps=2");
    assertThat(shards.exit()).as(shards.output()).isZero();
    Launched texts = train("--tokenizer=words", "--steps=2", "--out=texts");
    assertThat(texts.exit()).as(texts.output()).isZero();
    assertThat(Files.readAllBytes(folder.resolve("texts/model.safetensors")))
        .isEqualTo(Files.readAllBytes(folder.resolve("model/model.safetensors")));

    // The same texts in a field of JSON lines are the same model.
    StringBuilder lines = new StringBuilder();
    for (String story :
        Files.readString(folder.resolve("stories.txt")).split("<\\|endoftext\\|>", -1)) {
      lines.append(Json.object().put("body", story).put("text", "other")).append('\n');
    }
    Files.writeString(folder.resolve("stories.jsonl"), lines);
    Launched fields =
        train(
            "--data=stories.jsonl",
            "--field=body",
            "--tokenizer=words",
            "--steps=2",
            "--out=fields");
    assertThat(fields.exit()).as(fields.output()).isZero();
    assertThat(folder.resolve("fields/model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("model/model.safetensors"));
    assertThat(train("--data=stories.jsonl", "--field=title", "--out=new").output())
        .contains("stories.jsonl: line 1: expected a text in the field \"title\"");

    Files.write(folder.resolve("tokens/shard-00000.bin"), new byte[600]);
    Launched damaged = train("--data=tokens", "--tokenizer=words", "--out=new");
    assertThat(damaged.exit()).isEqualTo(1);
    assertThat(damaged.output()).contains("shard-00000.bin").contains("checksum");
  }

  /** A limit on the size of files stands for a full disk: both fail in the middle of a write. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void tokensThatDoNotFitOntoTheDiskLeaveNothing() throws IOException, InterruptedException {
    Path place = Files.createDirectory(folder.resolve("small"));
    Files.writeString(folder.resolve("large.txt"), "Once upon a time. ".repeat(4000));
    Process process =
        Launched.start(
            place,
            List.of(
                "sh",
                "-c",
                "ulimit -f 8 && exec \"$0\" data prepare --data=../large.txt --tokenizer=../tokenizer.json --out=tokens",
                Launched.ROOT.resolve("gta").toAbsolutePath().toString()));
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isEqualTo(1);
    assertThat(output).contains("gta: --out: ", "cannot be written").doesNotContain("--data");
    assertThat(place).isEmptyDirectory();
  }

  @Test
  void aModelTeachesASmallerVocabulary() throws IOException, InterruptedException {
    assertThat(train("--steps=1", "--out=teacher").exit()).isZero();
    Launched trimmed =
        gta(
            "tokenizer",
            "trim",
            "--model=teacher",
            "--data=stories.txt",
            "--vocab-size=300",
            "--out=words");
    assertThat(trimmed.exit()).as(trimmed.output()).isZero();
    String[] teach = {
      "data",
      "teach",
      "--model=teacher",
      "--data=stories.txt",
      "--tokenizer=words",
      "--out=t.safetensors"
    };
    Launched taught = gta(teach);
    assertThat(taught.exit()).as(taught.output()).isZero();
    assertThat(taught.output()).contains("t.safetensors: 40 documents");
    assertThat(gta(teach).output()).contains("t.safetensors is there already");
    teach[teach.length - 1] = "--out=nowhere/t.safetensors";
    assertThat(gta(teach).output()).contains("there is no folder that it can be written to");
    Launched learned = train("--data=t.safetensors", "--tokenizer=words", "--steps=2");
    assertThat(learned.exit()).as(learned.output()).isZero();
    assertThat(train("--data=t.safetensors", "--out=other").output())
        .contains("t.safetensors: tokenizer: expected the one of the model that is trained")
        .contains("its tokens are others; have the texts taught anew");
    assertThat(train("--teacher-part=0.5", "--out=other").output())
        .contains("--teacher-part: expected --data with one file");
    Files.writeString(folder.resolve("t.safetensors"), "no tensors");
    assertThat(train("--data=t.safetensors", "--tokenizer=words", "--out=other").output())
        .contains("t.safetensors");
  }

  @Test
  void optionsMayStandInAFile() throws IOException, InterruptedException {
    Files.writeString(
        folder.resolve("plan.yaml"),
        """
        preset: gta-tiny
        data: [stories.txt]
        tokenizer: tokenizer.json
        out: other
        steps: 1
        batch-tokens: 64
        sequence: 32
        recompute: true
        dtype: f16
        """);
    Launched refused = gta("train", "plan.yaml");
    assertThat(refused.exit()).isEqualTo(2);
    assertThat(refused.output()).contains("--dtype: expected f32 or bf16, found f16");
    Launched done = gta("train", "plan.yaml", "--dtype=bf16");
    assertThat(done.exit()).as(done.output()).isZero();
    assertThat(folder.resolve("other/config.json")).isRegularFile();
    Files.writeString(folder.resolve("plan.yaml"), "steps: {a: 1}");
    assertThat(gta("train", "plan.yaml").output()).contains("plan.yaml: steps: expected a value");
  }

  @Test
  void tokenizersOfLlama2cAreTakenAlong() throws IOException, InterruptedException {
    Path tokenizer = Launched.ROOT.resolve("cli/src/test/models/stories260K/tok512.bin");
    Launched done =
        train(
            "--tokenizer=" + tokenizer.toAbsolutePath().normalize(),
            "--steps=2",
            "--validation=stories.txt");
    assertThat(done.exit()).as(done.output()).isZero();
    assertThat(folder.resolve("model/tokenizer.bin")).hasSameBinaryContentAs(tokenizer);
    assertThat(Files.readString(folder.resolve("model/config.json"))).contains("512");
    // One sample, at the one validation.
    assertThat(Files.readAllLines(folder.resolve("model/samples.jsonl"))).hasSize(1);
    Launched spoken = gta("generate", "--model", "model", "--max-tokens", "5", "The cat");
    assertThat(spoken.exit()).as(spoken.output()).isZero();
    Launched packed = gta("convert", "--model", "model", "--out", "model.gguf");
    assertThat(packed.exit()).as(packed.output()).isZero();
    assertThat(gta("tokenize", "--model", "model.gguf", "The cat").output())
        .isEqualTo(gta("tokenize", "--model", "model", "The cat").output());
  }

  /** No machine has so much; each ends before anything is taken. */
  @Test
  void modelsLargerThanTheMemoryAreRefusedInWords() throws IOException, InterruptedException {
    ObjectNode config = Preset.named("gta-tiny").config().json().deepCopy();
    config.put("vocab_size", 257).putNull("bos_token_id").putNull("eos_token_id");
    for (String key : List.of("intermediate_size", "num_hidden_layers")) {
      ObjectNode absurd = config.deepCopy().put(key, 2_000_000_000);
      Files.write(folder.resolve("config.json"), Json.toBytes(absurd));
      Launched refused =
          gta(
              "train",
              "--config=config.json",
              "--data=stories.txt",
              "--tokenizer=tokenizer.json",
              "--out=model");
      assertThat(refused.exit()).as(refused.output()).isEqualTo(1);
      assertThat(refused.output().lines()).hasSize(1);
      assertThat(refused.output())
          .startsWith("gta: training takes at least ")
          .contains(" of parameters, ", " are available: try a smaller model");
      assertThat(folder.resolve("model")).doesNotExist();
    }
  }

  @Test
  void whatCannotBeTrainedIsRefusedInWords() throws IOException, InterruptedException {
    assertThat(gta("train", "--help").output()).contains("--save-every").contains("Examples:");
    assertThat(gta("--help").output()).contains("train");
    assertThat(train("--preset=gta-huge").output()).contains("gta-tiny").contains("found gta-huge");
    assertThat(train("--data=nowhere.txt").output()).contains("nowhere.txt: there is no such file");
    assertThat(train("--sequence=5000").output()).contains("context of 1024 tokens");
    assertThat(train("--sample-every=-1").output()).contains("expected an integer from 0 on");
    assertThat(train("--sample-prompt=A cat").output())
        .contains("--sample-prompt: expected --sample-every N or --validation beside it");
    assertThat(train("--sample-every=1", "--sample-prompt=" + "A".repeat(2000)).output())
        .contains("it has 2000 tokens, which leaves no room in the model's context of 1024");
    Files.writeString(folder.resolve("words.bin"), "no words");
    assertThat(train("--tokenizer=words.bin").output()).contains("words.bin: size: expected");
    assertThat(train("--tokenizer=stories.txt").output()).contains("a .bin of llama2.c");
    assertThat(train("--steps=0").output()).contains("--steps: expected an integer from 1 on");
    assertThat(train("--workers=3").output())
        .contains("--workers: expected at most 1, one for each batch of a step, found 3")
        .contains("smaller --micro-tokens");
    assertThat(train("--world=2", "--rank=0").output())
        .contains("--rendezvous: expected --world, --rank and --rendezvous together");
    assertThat(train("--workers=2", "--world=2").output()).contains("found both");
    assertThat(train("--nodes=2", "--node-rank=0").output())
        .contains("--rendezvous: expected --nodes, --node-rank and --rendezvous together");
    assertThat(train("--nodes=2", "--node-rank=2", "--rendezvous=here:1").output())
        .contains("--node-rank: expected 0 to 1, found 2");
    assertThat(train("--zero=3").output()).contains("--zero: expected 0 or 1, found 3");
    assertThat(train("--world=2", "--rank=2", "--rendezvous=here:1").output())
        .contains("--rank: expected 0 to 1, found 2");
    Files.writeString(folder.resolve("short.txt"), "A cat.");
    Launched tooShort =
        gta(
            "train",
            "--preset=gta-tiny",
            "--data=short.txt",
            "--tokenizer=tokenizer.json",
            "--out=model");
    assertThat(tooShort.exit()).isEqualTo(1);
    assertThat(tooShort.output()).contains("short.txt has 6 tokens, and a sequence takes 513");
    assertThat(folder.resolve("model")).doesNotExist();
  }
}
