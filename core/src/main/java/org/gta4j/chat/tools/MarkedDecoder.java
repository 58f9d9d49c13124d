package org.gta4j.chat.tools;

import java.util.Set;
import org.gta4j.tokenizer.TokenDecoder;
import org.gta4j.tokenizer.Tokenizer;

/**
 * Decodes one answer for those who read its marks: control tokens have no text for a {@link
 * TokenDecoder}, but here some of them have their name.
 */
public final class MarkedDecoder {
  private final Tokenizer tokenizer;
  private final TokenDecoder decoder;
  private final Set<String> shown;

  /**
   * A decoder.
   *
   * @param shown the control tokens that have their name as text: {@link ToolFormat#controlTokens}
   *     and {@link Reasoning#controlTokens}
   */
  public MarkedDecoder(Tokenizer tokenizer, Set<String> shown) {
    this.tokenizer = tokenizer;
    this.decoder = tokenizer.decoder();
    this.shown = Set.copyOf(shown);
  }

  /**
   * The text that this id completes; may be empty.
   *
   * @throws IllegalArgumentException if the id is out of range
   */
  public String next(int id) {
    if (!tokenizer.isControl(id) || !shown.contains(tokenizer.name(id))) {
      return decoder.next(id);
    }
    return decoder.mark(id, tokenizer.name(id));
  }

  /** What is left at the end, as {@link TokenDecoder#end} has it. */
  public String end() {
    return decoder.end();
  }
}
