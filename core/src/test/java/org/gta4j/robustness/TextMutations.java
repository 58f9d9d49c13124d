package org.gta4j.robustness;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.gta4j.chat.ChatMessage;
import org.gta4j.chat.ChatTemplate;
import org.gta4j.chat.Conversation;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.GgufMetadata;
import org.gta4j.template.Template;
import org.gta4j.tokenizer.ControlTokens;
import org.gta4j.tokenizer.TestTokenizers;
import org.gta4j.tokenizer.Tokenizer;
import org.gta4j.tokenizer.TokenizerConfig;
import org.gta4j.tokenizer.Tokenizers;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tries damaged tokenizers and templates, and ends with 1 if one is neither used nor refused
 * properly. Arguments: a folder to work in, how many, the first one's number, the seed.
 */
final class TextMutations {
  private static final long MOST_SECONDS = 5;
  private static final int MOST_FAILURES = 25;
  private static final Pattern SENTENCE = Pattern.compile(".+: .+: expected .+, found .*\\S.*");

  private static final Pattern REQUEST =
      Pattern.compile(
          "the expression by which the tokenizer cuts text into words takes too long.*");

  private static final String CONFIG =
      "{\"bos_token\": {\"content\": \"<|begin|>\"}, \"eos_token\": \"<|end|>\", \"add_bos_token\":"
          + " true, \"chat_template\": [{\"name\": \"default\", \"template\": \"x\"}]}";

  private static final List<String> TEXTS =
      List.of(
          "abc \u00e9\n",
          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab",
          "<|end|> xxxxxxxxxxxxxxxxxxxxxxxx <s>",
          "\uD83D\uDE42 12");

  private enum Outcome {
    USED,
    REFUSED
  }

  private final Path folder;
  private final long seed;
  private final List<String> templates = templates();
  private final List<String> failures = new ArrayList<>();
  private final Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
  private long mostMib;
  private long mostNanos;

  private TextMutations(Path folder, long seed) {
    this.folder = folder;
    this.seed = seed;
  }

  public static void main(String[] arguments) throws Exception {
    Memory.requireSight();
    TextMutations mutations =
        new TextMutations(Path.of(arguments[0]), Long.parseLong(arguments[3]));
    int count = Integer.parseInt(arguments[1]);
    int first = Integer.parseInt(arguments[2]);
    System.exit(mutations.tryMutants(first, count) ? 0 : 1);
  }

  private static List<String> templates() {
    InputStream stream = Objects.requireNonNull(Template.class.getResourceAsStream("golden.jsonl"));
    try (BufferedReader reader =
        new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      List<JsonNode> lines = reader.lines().map(JsonMapper.shared()::readTree).toList();
      return lines.stream().skip(1).map(line -> line.path("source").stringValue()).toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private boolean tryMutants(int first, int count) throws InterruptedException {
    long begin = System.nanoTime();
    try (ExecutorService runner =
        Executors.newSingleThreadExecutor(task -> Thread.ofPlatform().daemon().unstarted(task))) {
      for (int i = 0; i < count && failures.size() < MOST_FAILURES; i++) {
        tryMutant(first + i, runner);
      }
    }
    failures.forEach(System.out::println);
    System.out.printf(
        "%d mutants, seed %d, in %d s: %s; the most of one: %d MiB, %.2f s%n",
        count,
        seed,
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin),
        outcomes,
        mostMib,
        mostNanos / 1e9);
    boolean varied =
        outcomes.getOrDefault(Outcome.USED, 0) > count / 10
            && outcomes.getOrDefault(Outcome.REFUSED, 0) > count / 4;
    return failures.isEmpty() && (count < 1_000 || varied);
  }

  private void tryMutant(int number, ExecutorService runner) throws InterruptedException {
    Chance chance = new Chance(new SplittableRandom(seed + number));
    Memory memory = Memory.begin();
    long begin = System.nanoTime();
    Future<Outcome> running = runner.submit(() -> use(chance));
    String failure = "";
    try {
      outcomes.merge(running.get(MOST_SECONDS, TimeUnit.SECONDS), 1, Integer::sum);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      failure = cause + " " + Arrays.stream(cause.getStackTrace()).limit(8).toList();
    } catch (TimeoutException e) {
      failure = "still running after %d s".formatted(MOST_SECONDS);
    }
    mostNanos = Math.max(mostNanos, System.nanoTime() - begin);
    long mib = memory.mib();
    mostMib = Math.max(mostMib, mib);
    if (Memory.isMuch(mib)) {
      failure += " took %d MiB".formatted(mib);
    }
    if (!failure.isEmpty()) {
      failures.add("seed %d, case %d: %s".formatted(seed, number, failure));
    }
  }

  private Outcome use(Chance chance) throws IOException {
    try {
      switch (chance.below(10)) {
        case 0, 1, 2 -> {
          String name = chance.oneOf("bytes.json", "characters.json");
          write("tokenizer_config.json", CONFIG.getBytes(StandardCharsets.UTF_8));
          Path file = write("tokenizer.json", TextMutator.json(TestTokenizers.bytes(name), chance));
          use(Tokenizers.read(file, 2_000), chance);
        }
        case 3, 4 -> {
          String name = chance.oneOf("bpe.model", "unigram.model");
          Files.deleteIfExists(folder.resolve("tokenizer_config.json"));
          Path file =
              write("tokenizer.model", ByteMutator.mutate(TestTokenizers.bytes(name), chance));
          use(Tokenizers.read(file, 2_000), chance);
        }
        case 5, 6 -> {
          GgufMetadata whole =
              chance.onceIn(2) ? TestTokenizers.gguf("llama-bpe") : TestTokenizers.scored();
          GgufMetadata mutant = TextMutator.gguf(whole, chance);
          mutant = chance.onceIn(4) ? TextMutator.gguf(mutant, chance) : mutant;
          var tokenizer = Tokenizers.of(mutant, 2_000);
          if (tokenizer.isPresent()) {
            use(tokenizer.get(), chance);
          }
        }
        case 7 -> {
          write(
              "tokenizer_config.json",
              TextMutator.json(CONFIG.getBytes(StandardCharsets.UTF_8), chance));
          TokenizerConfig.in(folder);
        }
        default -> render(TextMutator.template(chance.of(templates), chance.of(templates), chance));
      }
      return Outcome.USED;
    } catch (CheckpointException e) {
      requireSentence(e, SENTENCE);
    } catch (IllegalArgumentException e) {
      requireSentence(e, REQUEST);
    }
    return Outcome.REFUSED;
  }

  private Path write(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  private static void use(Tokenizer tokenizer, Chance chance) {
    for (String text : TEXTS) {
      int[] ids =
          tokenizer.encode(
              text,
              chance.oneOf(Tokenizer.Framing.values()),
              chance.oneOf(ControlTokens.PARSED, ControlTokens.ESCAPED));
      for (int id : ids) {
        if (id < 0 || id >= tokenizer.size()) {
          throw new AssertionError("id %d of %d".formatted(id, tokenizer.size()));
        }
      }
      tokenizer.decode(ids);
    }
    tokenizer.decode(chance.random().ints(50, 0, tokenizer.size()).toArray());
    tokenizer.controlTokens();
  }

  private static void render(String source) {
    Conversation conversation =
        new Conversation(
            List.of(
                ChatMessage.of("system", "be nice"),
                ChatMessage.of("user", "<|end|> x").with("tool_calls", List.of())),
            true,
            List.of(Map.of("name", "f")),
            Map.of("l", List.of(3, 1, 2), "s", "Hello World", "n", 5, "d", Map.of("a", 1)));
    ChatTemplate template = ChatTemplate.of("model", source, Map.of("bos_token", "<|begin|>"));
    template.render(conversation);
    template.renderEscaped(conversation, Tokenizers.of(TestTokenizers.scored()).orElseThrow());
  }

  private static void requireSentence(RuntimeException e, Pattern pattern) {
    String message = String.valueOf(e.getMessage());
    boolean printable = message.codePoints().noneMatch(Character::isISOControl);
    if (!printable || message.length() > 1_000 || !pattern.matcher(message).matches()) {
      throw new AssertionError("not one proper sentence: " + message, e);
    }
  }
}
