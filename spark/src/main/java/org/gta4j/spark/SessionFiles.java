package org.gta4j.spark;

import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;

/**
 * Jobs in a session's name. A session that keeps its files to itself, as they do where no
 * spark-submit says otherwise, has its executors fetch what was added in its name, and that for its
 * own jobs alone. Its queries are such; what is asked of the context has to be so here.
 */
public final class SessionFiles {
  private SessionFiles() {}

  /**
   * Does something in a session's name.
   *
   * @throws IllegalArgumentException if the session is not one of this process
   */
  public static <T> T in(SparkSession session, Supplier<T> jobs) {
    if (!(session instanceof org.apache.spark.sql.classic.SparkSession own)) {
      throw new IllegalArgumentException(
          "expected a session in the driver's process, which alone can add files for executors, found "
              + session.getClass().getName());
    }
    return own.artifactManager().withResources(jobs::get);
  }
}
