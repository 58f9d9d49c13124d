package org.gta4j.cli.spark.job;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.gta4j.cli.UsageException;

/**
 * Where tasks run.
 *
 * @param master Spark's master
 * @param configuration Spark's settings that somebody gave
 * @param isSubmitted whether Spark itself started this process, and knows the master
 */
public record SparkPlace(String master, Map<String, String> configuration, boolean isSubmitted) {
  /** Where tasks run when nobody says so. */
  static final String USUAL = "local[*]";

  /** Copies the settings. */
  public SparkPlace {
    configuration = Map.copyOf(configuration);
  }

  /**
   * What options say.
   *
   * @param master the master, if one was given
   * @param settings {@code KEY=VALUE} each
   * @throws UsageException if a setting is none
   */
  public static SparkPlace of(Optional<String> master, List<String> settings) {
    SequencedMap<String, String> configuration = new TreeMap<>();
    for (String setting : settings) {
      int sign = setting.indexOf('=');
      if (sign < 1 || !setting.startsWith("spark.")) {
        throw UsageException.of("--conf", "spark.NAME=VALUE", setting);
      }
      configuration.put(setting.substring(0, sign), setting.substring(sign + 1));
    }
    return new SparkPlace(master.orElse(USUAL), configuration, Boolean.getBoolean("SPARK_SUBMIT"));
  }

  /** Whether all of it is this process. */
  public boolean isHere() {
    return master.equals("local") || master.startsWith("local[");
  }

  /** Whether all of it is this machine, be it several processes. */
  boolean isThisMachine() {
    return isHere() || master.startsWith("local-cluster[");
  }
}
