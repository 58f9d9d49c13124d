package org.gta4j.chat;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.gta4j.tokenizer.ControlTokens;
import org.gta4j.tokenizer.Tokenizer;

/**
 * The ids of a conversation that grows turn by turn. An answer's ids stay those that were
 * generated, also where encoding its text would give others: what was computed of them once then
 * stays valid, and only what is new has to be read.
 *
 * <p>Not thread-safe.
 */
public final class ChatIds {
  private final ChatTemplates templates;
  private final Tokenizer tokenizer;
  private final boolean escaped;

  /** What was computed so far, as text and as ids. */
  private record Known(String text, int[] ids) {}

  private Optional<Known> prompt = Optional.empty();
  private Optional<Known> said = Optional.empty();

  /**
   * A conversation that has not begun.
   *
   * @param escaped whether names of control tokens in messages are ordinary text
   */
  public ChatIds(ChatTemplates templates, Tokenizer tokenizer, boolean escaped) {
    this.templates = templates;
    this.tokenizer = tokenizer;
    this.escaped = escaped;
  }

  /**
   * The ids of a conversation up to where the answer begins.
   *
   * @throws org.gta4j.checkpoint.CheckpointException if the template refuses it
   */
  public int[] prompt(Conversation conversation) {
    ChatTemplate template = templates.forConversation(conversation);
    ChatText chat =
        escaped ? template.renderEscaped(conversation, tokenizer) : template.render(conversation);
    int[] whole = chat.encode(tokenizer);
    // Where control tokens are told by their place, only the whole text has the places.
    int[] ids =
        said.filter(known -> !escaped && chat.text().startsWith(known.text()))
            .flatMap(known -> continued(known, chat.text(), whole))
            .orElse(whole);
    prompt = Optional.of(new Known(chat.text(), ids));
    said = Optional.empty();
    return ids;
  }

  /**
   * What was said with the rest of the text behind it, if the rest has the same ids by itself as
   * within the whole: some tokenizers begin every text with a space.
   */
  private Optional<int[]> continued(Known known, String text, int[] whole) {
    int[] rest =
        tokenizer.encode(
            text.substring(known.text().length()), Tokenizer.Framing.NONE, ControlTokens.PARSED);
    int from = whole.length - rest.length;
    return from >= 0 && Arrays.equals(whole, from, whole.length, rest, 0, rest.length)
        ? Optional.of(join(known.ids(), rest))
        : Optional.empty();
  }

  /**
   * Notes the answer to the last prompt.
   *
   * @param text its text, exactly what these ids stand for
   * @param ids its ids, without one that ended it
   */
  public void answered(String text, int... ids) {
    said = prompt.map(known -> new Known(known.text() + text, join(known.ids(), ids)));
  }

  private static int[] join(int[] first, int[] second) {
    return IntStream.concat(IntStream.of(first), IntStream.of(second)).toArray();
  }
}
