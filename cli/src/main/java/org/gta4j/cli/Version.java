package org.gta4j.cli;

import java.util.Optional;

/** Which gta4j this is, and what it runs on. */
final class Version {
  private Version() {}

  /** One line, as bug reports need it. */
  static String line() {
    return "gta4j %s (Java %s, %s, %s)"
        .formatted(
            Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
                .orElse("of unknown version"),
            Runtime.version(),
            System.getProperty("os.name"),
            System.getProperty("os.arch"));
  }
}
