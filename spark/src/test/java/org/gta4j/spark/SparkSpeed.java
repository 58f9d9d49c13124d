package org.gta4j.spark;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedWriter;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.gta4j.generate.Answer;
import org.gta4j.generate.Engine;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How fast Spark's tasks are beside an engine by itself; no test, since its name says so: {@code
 * ./mvnw -pl spark -am test -Dtest=SparkSpeed -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class SparkSpeed {
  private static final int PROMPTS = Integer.getInteger("gta.prompts", 2000);
  private static final int TOKENS = Integer.getInteger("gta.tokens", 64);
  private static final int ROUNDS = Integer.getInteger("gta.rounds", 3);
  private static final int ROWS = Integer.getInteger("gta.rows", 1_000_000);
  private static final String MODEL = System.getProperty("gta.model", Fixture.MODEL);
  private static final String[] WORDS =
      "the little cat saw a big dog in park and ran to her mother who was happy with red ball"
          .split(" ");

  private final SparkSession spark = Fixture.spark();

  private static String text(SplittableRandom random, int words) {
    StringBuilder text = new StringBuilder("Once");
    for (int i = 0; i < words; i++) {
      text.append(' ').append(WORDS[random.nextInt(WORDS.length)]);
    }
    return text.toString();
  }

  @Test
  void generation() {
    SplittableRandom random = new SplittableRandom(1);
    List<String> prompts = new ArrayList<>();
    for (int i = 0; i < PROMPTS; i++) {
      prompts.add(text(random, 4 << random.nextInt(6)));
    }
    Dataset<Row> rows = Fixture.rows(spark, prompts, 2).cache();
    rows.count();
    GtaGenerator generator =
        new GtaGenerator().setModel(MODEL).setRaw(true).setMaxTokens(TOKENS).setIdsCol("ids");
    List<String> lines = new ArrayList<>();
    for (int round = 0; round <= ROUNDS; round++) {
      Measured alone = engine(generator, prompts);
      Measured inSpark = spark(generator, rows);
      lines.add(
          String.format(
              Locale.ROOT,
              "%s: engine %s, Spark %s: %.3f of its rate, %.3f by processor time",
              round == 0 ? "warm-up" : "round " + round,
              alone,
              inSpark,
              inSpark.rate() / alone.rate(),
              inSpark.ratePerProcessor() / alone.ratePerProcessor()));
    }
    lines.forEach(System.out::println);
  }

  /** Tokens, and the time that they took: by the clock, and of all processors. */
  private record Measured(long tokens, double seconds, double processorSeconds) {
    static Measured of(LongSupplier work) {
      long begin = System.nanoTime();
      long processors = processorNanos();
      long tokens = work.getAsLong();
      return new Measured(
          tokens, (System.nanoTime() - begin) / 1e9, (processorNanos() - processors) / 1e9);
    }

    private static long processorNanos() {
      return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    double rate() {
      return tokens / seconds;
    }

    double ratePerProcessor() {
      return tokens / processorSeconds;
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%.0f answer tokens/s", rate());
    }
  }

  /** One caller that keeps as many texts in the engine as two tasks do. */
  private static Measured engine(GtaGenerator generator, List<String> prompts) {
    GtaEngines.closeIdle();
    EngineOptions options = generator.engine(ModelLocation.seen(MODEL));
    try (LanguageModel model = options.load();
        Engine engine = new Engine(model, options.settings(model))) {
      return Measured.of(() -> answered(engine, prompts, 2 * options.window()));
    }
  }

  private static long answered(Engine engine, List<String> prompts, int window) {
    long tokens = 0;
    Queue<Answer> running = new ArrayDeque<>();
    for (String prompt : prompts) {
      if (running.size() == window) {
        tokens += running.remove().await().ids().length;
      }
      int[] ids = engine.model().encode(prompt);
      running.add(engine.submit(Request.greedy(ids, TOKENS), piece -> {}));
    }
    while (!running.isEmpty()) {
      tokens += running.remove().await().ids().length;
    }
    return tokens;
  }

  private static Measured spark(GtaGenerator generator, Dataset<Row> rows) {
    // The model is loaded before the clock runs, as it is for the engine by itself.
    generator.transform(rows.limit(1)).collect();
    return Measured.of(() ->
        generator
            .transform(rows)
            .agg(functions.sum(functions.size(functions.col("ids"))))
            .first()
            .getLong(0));
  }

  @Test
  void tokenization(@TempDir Path folder) throws IOException {
    Path file = Path.of(System.getProperty("gta.lines", folder.resolve("rows.jsonl").toString()));
    if (!Files.exists(file)) {
      SplittableRandom random = new SplittableRandom(2);
      try (BufferedWriter writer = Files.newBufferedWriter(file)) {
        for (int i = 0; i < ROWS; i++) {
          writer.write("{\"text\": \"%s\"}\n".formatted(text(random, 5 + random.nextInt(20))));
        }
      }
    }
    GtaTokenizer tokenizer = new GtaTokenizer().setModel(MODEL);
    for (int round = 0; round <= ROUNDS; round++) {
      Measured measured = Measured.of(() -> tokenized(tokenizer, file, folder.resolve("ids")));
      Runtime runtime = Runtime.getRuntime();
      System.gc();
      System.out.printf(
          Locale.ROOT,
          "round %d: %.2f s, %.2f s of processors, %d MB of heap live%n",
          round,
          measured.seconds(),
          measured.processorSeconds(),
          (runtime.totalMemory() - runtime.freeMemory()) >> 20);
    }
  }

  /** Lines of JSON in, lines of JSON out, as the command has them. */
  private long tokenized(GtaTokenizer tokenizer, Path from, Path to) {
    tokenizer
        .transform(spark.read().schema("text string").json(from.toString()))
        .select("ids")
        .write()
        .mode(SaveMode.Overwrite)
        .json(to.toString());
    return ROWS;
  }
}
