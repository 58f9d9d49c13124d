package org.gta4j.server;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.gta4j.generate.LanguageModel;
import org.gta4j.testing.ByteChatModel;

/**
 * Tiny models with random weights, a vocabulary of bytes and a few words, and a chat template that
 * knows functions.
 */
public final class TestModels {
  /** The token that ends texts, that which begins a message, and that which ends it. */
  static final int END = 0;

  static final int MESSAGE = 1;
  static final int MESSAGE_END = 2;

  /** The tokens of bytes begin here. */
  static final int BYTES = 3;

  private static final List<String> CONTROL =
      List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>");
  private static final List<String> MERGES = List.of("t h", "th e", "i n", "e r", "in g", "o n");

  private static final ByteChatModel MODEL = new ByteChatModel(CONTROL, MERGES);

  /** How many tokens there are. */
  static final int SIZE = MODEL.size();

  private TestModels() {}

  /** A model that holds conversations. */
  public static LanguageModel chat(Path folder, int context) {
    return MODEL.load(folder, context, Optional.of(ByteChatModel.TEMPLATE));
  }

  /** One that only continues texts. */
  public static LanguageModel plain(Path folder, int context) {
    return MODEL.load(folder, context, Optional.empty());
  }

  /** The token of a character of ASCII. */
  static int id(char character) {
    return BYTES + character;
  }
}
