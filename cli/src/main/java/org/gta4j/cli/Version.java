package org.gta4j.cli;

import java.util.Optional;

/** Which gta4j this is, and what it runs on. */
public final class Version {
  private Version() {}

  /** The version's number, or words that say that it is not known. */
  public static String number() {
    return Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
        .orElse("of unknown version");
  }

  /** One line, as bug reports need it. */
  static String line() {
    return "gta4j %s (Java %s, %s, %s)"
        .formatted(
            number(),
            Runtime.version(),
            System.getProperty("os.name"),
            System.getProperty("os.arch"));
  }
}
