package org.gta4j.cli;

import org.gta4j.generate.Speculation;

/** Whether several tokens may be verified in one step. */
final class SpeculationOption {
  private final Setting<String> speculate =
      Setting.text(
          "--speculate",
          "WHEN",
          "auto: verify several tokens at once, looked up in the text so far, where that is faster; off: never. The answer is the same (default: auto).");

  /** The option for {@code verb}. */
  SpeculationOption(Verb verb) {
    verb.add(speculate);
  }

  /** The checked option. */
  Speculation value() {
    String when = speculate.or("auto");
    return switch (when) {
      case "auto" -> Speculation.AUTO;
      case "off" -> Speculation.OFF;
      default -> throw UsageException.of("--speculate", "auto or off", when);
    };
  }
}
