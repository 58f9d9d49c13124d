package org.gta4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;

class PartitionRowsTest {
  private static final int ATTEMPTS = 3; // of a task, as the session has it
  private static final AtomicInteger BEGUN = new AtomicInteger();
  private static final AtomicInteger CANCELLED = new AtomicInteger();
  private static final AtomicInteger CLOSED = new AtomicInteger();

  private final SparkSession spark = Fixture.spark();

  /** Waits in vain, as where Spark ends the task. */
  private record Endless() implements RowWork {
    private static final long serialVersionUID = 1L;

    @Override
    public Opened open() {
      return new Opened() {
        @Override
        public int window() {
          return 2;
        }

        @Override
        public Begun begin(String text, String key, Object task) {
          BEGUN.incrementAndGet();
          return new Begun() {
            @Override
            public Computed await(Patience patience) {
              throw new IllegalStateException("the task was ended");
            }

            @Override
            public void cancel() {
              CANCELLED.incrementAndGet();
            }
          };
        }

        @Override
        public void close() {
          CLOSED.incrementAndGet();
        }
      };
    }
  }

  @Test
  void aTaskThatEndsGivesUpTheTextItWaitsForToo() {
    Dataset<Row> rows =
        Fixture.rows(spark, Fixture.TEXTS.subList(0, 5), 1)
            .withColumn("valid", functions.lit(true));
    RowLayout layout = new RowLayout(1, RowLayout.NONE, 2, 2, new int[0], false);
    JobCounters counters = JobCounters.of(spark.sparkContext());
    assertThatThrownBy(() ->
            rows.mapPartitions(
                    (MapPartitionsFunction<Row, Row>)
                        part -> new PartitionRows(part, new Endless(), layout, counters),
                    rows.drop("valid").encoder())
                .collectAsList())
        .hasStackTraceContaining("the task was ended");
    assertThat(BEGUN).hasValue(2 * ATTEMPTS);
    assertThat(CANCELLED).hasValue(2 * ATTEMPTS);
    assertThat(CLOSED).hasValue(ATTEMPTS);
  }
}
