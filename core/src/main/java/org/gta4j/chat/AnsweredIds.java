package org.gta4j.chat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.tokenizer.ControlTokens;
import org.gta4j.tokenizer.Tokenizer;

/**
 * A conversation's ids, and which of them are the assistant's: what a model learns to say. The ids
 * before an answer are those that the model is given when it is asked, and the token that ends an
 * answer is a part of it.
 *
 * @param ids all ids, as the template writes the conversation
 * @param answers whether an id is the assistant's, in the order of {@code ids}
 */
public record AnsweredIds(int[] ids, boolean[] answers) {
  private static final String ASSISTANT = "assistant";

  /** Checks the sizes. */
  public AnsweredIds {
    if (ids.length != answers.length) {
      throw new IllegalArgumentException(
          "expected %d ids to say of whose they are, found %d"
              .formatted(ids.length, answers.length));
    }
  }

  /**
   * The ids of a conversation. An answer is the text between what the template writes where the
   * assistant is to speak, and what it writes once the assistant has spoken.
   *
   * @param conversation messages, of which some are the assistant's; its generation prompt does not
   *     count
   * @param counts which of the assistant's messages are answers
   * @throws CheckpointException if the template refuses it, or writes a message in another way
   *     depending on what follows it: then nothing says where answers begin and end
   */
  public static AnsweredIds of(
      ChatTemplate template,
      Tokenizer tokenizer,
      Conversation conversation,
      Predicate<ChatMessage> counts) {
    return new Reading(template, tokenizer, conversation).read(counts);
  }

  /** One conversation on its way to ids. */
  private static final class Reading {
    private final ChatTemplate template;
    private final Tokenizer tokenizer;
    private final Conversation conversation;
    private final String whole;

    Reading(ChatTemplate template, Tokenizer tokenizer, Conversation conversation) {
      this.template = template;
      this.tokenizer = tokenizer;
      this.conversation = conversation;
      whole = text(conversation.messages().size(), false);
    }

    private String text(int messages, boolean prompt) {
      return template
          .render(
              new Conversation(
                  conversation.messages().subList(0, messages),
                  prompt,
                  conversation.tools(),
                  conversation.variables()))
          .text();
    }

    AnsweredIds read(Predicate<ChatMessage> counts) {
      List<ChatMessage> messages = conversation.messages();
      List<Integer> cuts = new ArrayList<>(List.of(0));
      List<Boolean> answered = new ArrayList<>();
      for (int i = 0; i < messages.size(); i++) {
        ChatMessage message = messages.get(i);
        if (ASSISTANT.equals(message.fields().get("role"))) {
          int begin = beginning(i, text(i, true), cuts.getLast());
          int end =
              i == messages.size() - 1
                  ? whole.length()
                  : beginning(i + 1, text(i + 1, false), begin);
          cuts.add(begin);
          answered.add(false);
          cuts.add(end);
          answered.add(counts.test(message));
        }
      }
      cuts.add(whole.length());
      answered.add(false);
      return joined(pieces(cuts), answered);
    }

    /** The length of a text with which the whole one must begin. */
    private int beginning(int messages, String text, int least) {
      if (!whole.startsWith(text) || text.length() < least) {
        throw CheckpointException.of(
            template.file(),
            "chat_template",
            "one that writes messages the same way whatever follows them",
            "one that writes the first %d of a conversation's %d messages otherwise; conversations with one answer each, the last message, may do"
                .formatted(messages, conversation.messages().size()));
      }
      return text.length();
    }

    /** The ids of the text between each two cuts. */
    private List<int[]> pieces(List<Integer> cuts) {
      List<int[]> pieces = new ArrayList<>();
      for (int i = 1; i < cuts.size(); i++) {
        pieces.add(encoded(whole.substring(cuts.get(i - 1), cuts.get(i))));
      }
      if (Arrays.equals(join(pieces), encoded(whole))) {
        return pieces;
      }
      // Within the whole a piece may have other ids: some tokenizers begin texts with a space.
      int[] known = {};
      for (int i = 1; i < cuts.size(); i++) {
        int[] longer = encoded(whole.substring(0, cuts.get(i)));
        int[] piece = pieces.get(i - 1);
        if (longer.length >= known.length
            && Arrays.equals(known, 0, known.length, longer, 0, known.length)) {
          piece = Arrays.copyOfRange(longer, known.length, longer.length);
        } else if (!tokenizer
            .decode(join(List.of(known, piece)))
            .equals(tokenizer.decode(longer))) {
          throw CheckpointException.of(
              template.file(),
              "chat_template",
              "one after which an answer's tokens are its own",
              "one whose last characters before an answer become a token with the answer's first");
        }
        pieces.set(i - 1, piece);
        known = join(List.of(known, piece));
      }
      return pieces;
    }

    private int[] encoded(String text) {
      return tokenizer.encode(text, Tokenizer.Framing.NONE, ControlTokens.PARSED);
    }

    private AnsweredIds joined(List<int[]> pieces, List<Boolean> answered) {
      int[] ids = join(pieces);
      boolean[] answers = new boolean[ids.length];
      int at = 0;
      for (int i = 0; i < pieces.size(); i++) {
        if (answered.get(i)) {
          Arrays.fill(answers, at, at + said(pieces.get(i)), true);
        }
        at += pieces.get(i).length;
      }
      return new AnsweredIds(ids, answers);
    }

    /**
     * How many ids of an answer the model says: white space behind the token that ends it is the
     * template's.
     */
    private int said(int... piece) {
      int end = piece.length;
      while (end > 0 && isBlank(piece[end - 1])) {
        end--;
      }
      return end > 0 && isEnd(piece[end - 1]) ? end : piece.length;
    }

    private boolean isEnd(int id) {
      return tokenizer.isControl(id) || tokenizer.end().orElse(-1) == id;
    }

    private boolean isBlank(int id) {
      return !isEnd(id) && new String(tokenizer.bytes(id), StandardCharsets.UTF_8).isBlank();
    }

    private static int[] join(List<int[]> pieces) {
      return pieces.stream().flatMapToInt(IntStream::of).toArray();
    }
  }
}
