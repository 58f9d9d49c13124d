package org.gta4j.cli.spark;

import java.util.List;
import org.gta4j.cli.Setting;
import org.gta4j.cli.Verb;
import org.gta4j.cli.spark.job.SparkPlace;

/** The options that say where Spark runs. */
final class SparkOptions {
  private final Setting<String> master =
      Setting.text(
          "--master",
          "URL",
          "Where tasks run: local[N], this machine with N tasks at once (default: local[*], one a"
              + " processor); spark://HOST:PORT; yarn or k8s://URL, for which SPARK_HOME names a"
              + " Spark 4.2.");
  private final Setting<List<String>> settings =
      Setting.texts(
          "--conf",
          "NAME=VALUE",
          "A setting of Spark's, such as spark.executor.memory=8g; may be given several times.");

  void addTo(Verb verb) {
    verb.add(master, settings);
  }

  /** What they say. */
  SparkPlace place() {
    return SparkPlace.of(master.value(), settings.or(List.of()));
  }
}
