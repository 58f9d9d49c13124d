package org.gta4j.examples;

import java.nio.file.Path;
import org.gta4j.generate.LanguageModel;

/**
 * Continues a story, and prints it as it comes: the smallest program there is.
 *
 * <pre>
 * java --add-modules jdk.incubator.vector -cp ... org.gta4j.examples.GenerateStory MODEL [PROMPT]
 * </pre>
 *
 * <p>{@code MODEL} is a Hugging Face folder or a llama2.c file with its tokenizer beside it.
 * Without the flag it runs too, many times more slowly.
 */
public final class GenerateStory {
  private GenerateStory() {}

  /** Continues the prompt with the model that are given. */
  public static void main(String[] args) {
    if (args.length == 0) {
      System.err.println("usage: GenerateStory MODEL [PROMPT]");
      System.exit(2);
    }
    String prompt = args.length > 1 ? args[1] : "Once upon a time";
    try (LanguageModel model = LanguageModel.load(Path.of(args[0]))) {
      model.generate(prompt, 100, System.out::print);
    }
    System.out.println();
  }
}
