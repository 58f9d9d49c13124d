package org.gta4j.spark;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.sql.SparkSession;
import scala.jdk.javaapi.CollectionConverters;

/** What Spark's pages show of accumulators with our names. */
final class Counted extends SparkListener implements AutoCloseable {
  private final SparkSession spark;
  private final Map<String, Object> values = new ConcurrentHashMap<>();

  private Counted(SparkSession spark) {
    this.spark = spark;
  }

  static Counted of(SparkSession spark) {
    Counted counted = new Counted(spark);
    spark.sparkContext().addSparkListener(counted);
    return counted;
  }

  @Override
  public void onStageCompleted(SparkListenerStageCompleted stage) {
    for (AccumulableInfo info :
        CollectionConverters.asJava(stage.stageInfo().accumulables()).values()) {
      if (info.name().isDefined() && info.name().get().startsWith("gta:")) {
        values.put(info.name().get(), info.value().get());
      }
    }
  }

  /** The last values, after everything that happened was told. */
  Map<String, Object> values() {
    try {
      spark.sparkContext().listenerBus().waitUntilEmpty();
    } catch (java.util.concurrent.TimeoutException e) {
      throw new IllegalStateException(e);
    }
    return Map.copyOf(values);
  }

  @Override
  public void close() {
    spark.sparkContext().removeSparkListener(this);
  }
}
