package org.gta4j.examples;

import java.nio.file.Path;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.TextStream;

/**
 * Continues a story as a stream, and takes no more of it than its first sentence: what nobody asks
 * for is not computed.
 *
 * <pre>
 * java --add-modules jdk.incubator.vector -cp ... org.gta4j.examples.StreamStory MODEL
 * </pre>
 */
public final class StreamStory {
  private StreamStory() {}

  /** Continues a story with the model that is given. */
  public static void main(String[] args) {
    if (args.length == 0) {
      System.err.println("usage: StreamStory MODEL");
      System.exit(2);
    }
    try (LanguageModel model = LanguageModel.load(Path.of(args[0]));
        TextStream story = model.stream("Once upon a time", 200)) {
      story.stream().takeWhile(piece -> !piece.contains(".")).forEach(System.out::print);
    }
    System.out.println(".");
  }
}
