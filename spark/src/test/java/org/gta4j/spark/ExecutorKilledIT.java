package org.gta4j.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job on executors that are processes of their own, one of which is killed while it works. A
 * folder that Spark takes for its installation has to be there: {@code SPARK_HOME}, which Maven
 * sets.
 */
class ExecutorKilledIT {
  private static final int TOKENS = 24;
  private static final int PARTITIONS = 8;

  /** Kills an executor as soon as a task of those that count has ended, and counts tasks lost. */
  private static final class Killer extends SparkListener {
    final AtomicInteger ended = new AtomicInteger();
    final AtomicInteger lost = new AtomicInteger();

    @Override
    public void onTaskEnd(SparkListenerTaskEnd task) {
      if (!task.taskInfo().successful()) {
        lost.incrementAndGet();
      } else if (ended.incrementAndGet() == 1) {
        ProcessHandle.current().children().findFirst().orElseThrow().destroyForcibly();
      }
    }
  }

  @Test
  void nothingIsLostAndNothingComesTwice(@TempDir Path folder) throws IOException {
    Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    String jars =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Path answers = folder.resolve("answers");
    try (SparkSession spark =
        SparkSession.builder()
            .master("local-cluster[2,1,1024]")
            .appName("gta4j executors")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.executor.extraClassPath", jars)
            .config("spark.executor.memory", "1g")
            .getOrCreate()) {
      Dataset<Row> rows = Fixture.rows(spark, Fixture.TEXTS, PARTITIONS).cache();
      assertThat(rows.count()).isEqualTo(Fixture.TEXTS.size());
      Killer killer = new Killer();
      spark.sparkContext().addSparkListener(killer);
      new GtaGenerator()
          .setModel(Fixture.MODEL)
          .setShipModel(true)
          .setMaxTokens(TOKENS)
          .setThreads(1)
          .setIdsCol("ids")
          .transform(rows)
          .write()
          .json(answers.toString());
      assertThat(killer.ended.get()).isGreaterThanOrEqualTo(PARTITIONS);
      assertThat(killer.lost.get()).as("tasks that were lost").isPositive();
      check(spark.read().json(answers.toString()).collectAsList());
    }
  }

  private static void check(List<Row> rows) {
    Map<Long, List<Long>> found = new HashMap<>();
    rows.forEach(row -> found.put(row.getAs("id"), row.getList(row.fieldIndex("ids"))));
    assertThat(rows).hasSameSizeAs(Fixture.TEXTS);
    try (LanguageModel model = Fixture.plain()) {
      for (int i = 0; i < Fixture.TEXTS.size(); i++) {
        int[] ids =
            model
                .generate(Request.greedy(model.encode(Fixture.TEXTS.get(i)), TOKENS), piece -> {})
                .ids();
        assertThat(found.get((long) i))
            .as("answer %d", i)
            .containsExactlyElementsOf(Arrays.stream(ids).asLongStream().boxed().toList());
      }
    }
  }
}
