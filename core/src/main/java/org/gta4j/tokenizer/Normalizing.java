package org.gta4j.tokenizer;

import java.util.List;

/** What is done to a text before it is split. */
@FunctionalInterface
interface Normalizing {
  /** Nothing. */
  Normalizing NOTHING = (text, begins) -> text;

  /**
   * The text as it is split.
   *
   * @param begins whether nothing stands before it that it belongs to
   */
  String normalize(String text, boolean begins);

  /** Several, one after the other. */
  static Normalizing all(List<Normalizing> steps) {
    return switch (steps.size()) {
      case 0 -> NOTHING;
      case 1 -> steps.getFirst();
      default ->
          (text, begins) -> {
            String normal = text;
            for (Normalizing step : steps) {
              normal = step.normalize(normal, begins);
            }
            return normal;
          };
    };
  }
}
