package org.gta4j.cli.spark.job;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.package$;

/**
 * The jars of this application: its own and their libraries, in one folder; Spark's, which a
 * cluster has, in one below it.
 */
public final class SparkJars {
  private static final String APPLICATION = "gta4j-spark-cli-";

  /** The flags that the engine asks of an executor's JVM; Spark adds its own. */
  private static final String JVM =
      "--enable-native-access=ALL-UNNAMED --add-modules=jdk.incubator.vector";

  private SparkJars() {}

  /** Spark's version. */
  public static String version() {
    return package$.MODULE$.SPARK_VERSION();
  }

  /** The jars that a cluster does not have. */
  public static List<Path> ours() {
    List<Path> jars = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path", "").split(":", -1)) {
      Path jar = Path.of(entry);
      boolean ofSpark = jar.getParent() != null && jar.getParent().endsWith("spark");
      if (entry.endsWith(".jar") && !ofSpark && Files.isRegularFile(jar)) {
        jars.add(jar.toAbsolutePath());
      }
    }
    return jars;
  }

  /** The jar with the verbs. */
  public static Path application(List<Path> jars) {
    return jars.stream()
        .filter(jar -> String.valueOf(jar.getFileName()).startsWith(APPLICATION))
        .findFirst()
        .orElseThrow(() ->
            new IllegalStateException(
                "expected %s*.jar on the class path, found %s".formatted(APPLICATION, jars)));
  }

  /** What a cluster's JVMs are told, as Spark's settings. */
  public static List<String> settings() {
    return List.of(
        "spark.driver.extraJavaOptions=" + JVM, "spark.executor.extraJavaOptions=" + JVM);
  }
}
