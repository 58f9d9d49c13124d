package org.gta4j.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.gta4j.generate.TokenConstraint;
import org.gta4j.tokenizer.TestTokenizers;
import org.gta4j.tokenizer.Tokenizer;
import org.gta4j.tokenizer.Tokenizers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Grammars of random schemas beside a schema validator of others: whatever is written is valid, and
 * valid values in the schema's order can be written.
 */
class RandomSchemaTest {
  private static final int SCHEMAS = 200;
  private static final int WALKS = 4;
  private static final int MAX_TOKENS = 20_000;
  private static final int WANDERING = 120;

  private static final JsonMapper STRICT =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private static Tokenizer tokenizer(String name) {
    return switch (name) {
      case "bytes" ->
          ByteVocabulary.with(
              "\":",
              "\": ",
              "\",",
              "\", \"",
              "\"}",
              "}}",
              "]}",
              "},",
              "[{",
              "{\"",
              "true",
              "null",
              " \"",
              "\n  ",
              "\n    \"",
              "00",
              "12",
              ".5",
              "the",
              " the",
              "a",
              "é",
              "🙂",
              "\\n");
      case "byte-level" -> Tokenizers.of(TestTokenizers.gguf("gpt-2")).orElseThrow();
      default -> Tokenizers.of(TestTokenizers.scored()).orElseThrow();
    };
  }

  private static List<String> errors(JsonNode schema, JsonNode value) {
    Schema validator =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(schema);
    return validator
        .validate(
            value,
            context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
        .stream()
        .map(Object::toString)
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bytes", "byte-level", "sentencepiece"})
  void whatIsWrittenIsValid(String name) {
    Tokenizer tokenizer = tokenizer(name);
    int end = tokenizer.end().orElseThrow();
    GrammarVocabulary vocabulary = GrammarVocabulary.of(tokenizer, List.of(end));
    for (int seed = 0; seed < SCHEMAS; seed++) {
      RandomSchemas.Sample sample = new RandomSchemas(seed).next();
      CompiledGrammar grammar =
          CompiledGrammar.of(JsonSchemaGrammar.of(sample.schema()), vocabulary);
      for (int walk = 0; walk < WALKS; walk++) {
        String text = walk(grammar, tokenizer, end, new Random(1000L * seed + walk));
        JsonNode value = STRICT.readTree(text);
        if (text.matches("(?s).*[ \\n:\\[,]-?\\d[\\d.]*[eE]\\+?\\d\\d.*")) {
          continue; // the validator ends with an error of its own at whole numbers beyond 64 bits
        }
        assertThat(errors(withAnyDomain(sample.schema()), value))
            .as("schema %d: %s%ntext: %s", seed, sample.schema(), text)
            .isEmpty();
      }
    }
  }

  /** The validator knows which domains there are at the top, and made-up ones are none. */
  private static JsonNode withAnyDomain(JsonNode schema) {
    return STRICT.readTree(
        schema.toString().replace("\"format\":\"email\"", "\"pattern\":\"^[^@]+@[^@]+$\""));
  }

  /** Random tokens, and after a while only such as lead to the end. */
  private static String walk(CompiledGrammar grammar, Tokenizer tokenizer, int end, Random random) {
    TokenConstraint constraint = grammar.begin();
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    for (int i = 0; i < MAX_TOKENS; i++) {
      List<Integer> allowed = Held.allowed(constraint, tokenizer.size());
      int id =
          i < WANDERING && random.nextInt(3) > 0
              ? allowed.get(random.nextInt(allowed.size()))
              : nearest(allowed, tokenizer, end, i < WANDERING, random);
      constraint.accept(id);
      if (id == end) {
        return text.toString(StandardCharsets.UTF_8);
      }
      text.writeBytes(tokenizer.bytes(id));
    }
    throw new AssertionError("not at the end: " + text.toString(StandardCharsets.UTF_8));
  }

  private static int nearest(
      List<Integer> allowed, Tokenizer tokenizer, int end, boolean mayGoOn, Random random) {
    if (allowed.contains(end) && !(mayGoOn && random.nextBoolean())) {
      return end;
    }
    // What closes something, or what the patterns want; sometimes anything, if that is not enough.
    String[] ranks = {"}]\"", "bend.", "ntf0123456789", ",:- T", "{["};
    List<Integer> best = new ArrayList<>();
    for (int rank = random.nextInt(3) == 0 ? 1 : 0; best.isEmpty() && rank < ranks.length; rank++) {
      for (int id : allowed) {
        byte[] bytes = tokenizer.bytes(id);
        if (id != end && bytes.length == 1 && ranks[rank].indexOf(bytes[0]) >= 0) {
          best.add(id);
        }
      }
    }
    if (best.isEmpty()) {
      best.addAll(allowed);
    }
    return best.get(random.nextInt(best.size()));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, SCHEMAS})
  void validValuesCanBeWritten(int from) {
    for (int seed = from; seed < from + SCHEMAS; seed++) {
      RandomSchemas.Sample sample = new RandomSchemas(seed).next();
      CompiledGrammar grammar = Held.compiled(JsonSchemaGrammar.of(sample.schema()));
      for (int i = 0; i < WALKS; i++) {
        JsonNode value = sample.value().get();
        assertThat(errors(sample.schema(), value)).as("the generator of seed %d", seed).isEmpty();
        assertThat(Held.accepts(grammar, value.toString()))
            .as("schema %d: %s%nvalue: %s", seed, sample.schema(), value)
            .isTrue();
      }
    }
  }
}
