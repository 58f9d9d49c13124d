package org.gta4j.cli.training;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.gta4j.chat.AnsweredIds;
import org.gta4j.chat.ChatMessage;
import org.gta4j.chat.ChatTemplates;
import org.gta4j.chat.Conversation;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.cli.ConversationLine;
import org.gta4j.cli.Progress;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Terminal;
import org.gta4j.data.DataException;
import org.gta4j.data.text.DocumentFiles;
import org.gta4j.tokenizer.Tokenizer;
import org.gta4j.train.batch.MaskedSequence;
import tools.jackson.databind.node.ObjectNode;

/**
 * Conversations in OpenAI's format: a JSON object a line, with a list {@code messages} of objects
 * that have a {@code role} and a {@code content}, perhaps {@code tools}. An assistant's message
 * with a {@code weight} of 0 is no answer to learn.
 *
 * @param option what named the files, for messages
 * @param files what is read, in this order
 */
record ChatFiles(String option, List<String> files) {
  private static final String ASSISTANT = "assistant";

  /**
   * What templates that write the date write: the same whenever a training goes on, and wherever
   * its workers are.
   */
  private static final Clock DAY =
      Clock.fixed(Instant.parse("2025-01-01T12:00:00Z"), ZoneOffset.UTC);

  private static final Set<String> ROLES = Set.of("system", "developer", "user", ASSISTANT, "tool");

  /** A conversation, and the words that name its line. */
  private record Line(String where, Conversation conversation) {}

  /**
   * Whether a file is one of conversations: of JSON objects without a text.
   *
   * @param field what the text's field would be
   */
  static boolean isOne(String option, String name, String field) {
    Path file = Path.of(name);
    if (!DocumentFiles.isJsonLines(file)) {
      return false;
    }
    boolean[] texts = {false};
    try {
      DocumentFiles.objects(
          file,
          bytes -> {},
          (line, object) -> {
            texts[0] = object.has(field) && !object.has("messages");
            throw new Enough();
          });
    } catch (Enough e) {
      return !texts[0];
    } catch (DataException e) {
      throw new RefusedException(option + ": " + e.getMessage(), e);
    }
    return true; // without a line; said where it is read
  }

  /** The first line has been read. */
  private static final class Enough extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /**
   * All conversations as ids.
   *
   * @param longest tokens that a sequence may have; what is longer is cut, which is said
   * @throws RefusedException if a line is no conversation with an answer, or nothing is left
   */
  Examples.Chats read(
      Terminal terminal, ChatTemplates templates, Tokenizer tokenizer, int longest) {
    List<Line> lines = lines();
    List<MaskedSequence> sequences = new ArrayList<>();
    int cut = 0;
    int unanswered = 0;
    int empty = 0;
    for (AnsweredIds ids : encoded(terminal, lines, templates, tokenizer)) {
      int kept = Math.min(ids.ids().length, longest + 1); // the last one predicts nothing
      boolean isCut = kept < ids.ids().length;
      cut += isCut ? 1 : 0;
      MaskedSequence sequence =
          new MaskedSequence(Arrays.copyOf(ids.ids(), kept), Arrays.copyOf(ids.answers(), kept));
      if (sequence.counted() == 0) {
        unanswered += isCut ? 1 : 0;
        empty += isCut ? 0 : 1;
      } else {
        sequences.add(sequence);
      }
    }
    if (cut > 0) {
      terminal.say(
          "%s: %d of %d conversations have more than %d tokens (--sequence) and were cut there; %d of them have no answer before, and were left out"
              .formatted(option, cut, lines.size(), longest, unanswered));
    }
    if (empty > 0) {
      terminal.say(
          "%s: %d of %d conversations have answers without a token, and were left out"
              .formatted(option, empty, lines.size()));
    }
    if (sequences.isEmpty()) {
      throw new RefusedException(
          "%s: there is no answer within %d tokens in %s: allow longer ones with --sequence"
              .formatted(option, longest, String.join(", ", files)));
    }
    return new Examples.Chats(sequences);
  }

  private List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    for (String file : files) {
      try {
        DocumentFiles.objects(
            Path.of(file),
            bytes -> {},
            (number, object) -> lines.add(line("%s: line %d".formatted(file, number), object)));
      } catch (DataException e) {
        throw new RefusedException(option + ": " + e.getMessage(), e);
      }
    }
    if (lines.isEmpty()) {
      throw new RefusedException(
          "%s: there is no conversation in %s".formatted(option, String.join(", ", files)));
    }
    return lines;
  }

  private Line line(String place, ObjectNode object) {
    String where = option + ": " + place;
    if (!object.has("messages")) {
      throw new RefusedException(
          "%s: messages: expected a list, found no such field".formatted(where));
    }
    Conversation read = ConversationLine.read(object, where);
    boolean answered = false;
    for (int i = 0; i < read.messages().size(); i++) {
      answered |= requireMessage("%s: messages[%d]".formatted(where, i), read.messages().get(i));
    }
    if (!answered) {
      throw new RefusedException(
          "%s: messages: expected one of the role assistant to learn, found %s"
              .formatted(where, read.messages().isEmpty() ? "no message at all" : "none"));
    }
    return new Line(
        where, new Conversation(read.messages(), false, read.tools(), read.variables()));
  }

  /** Checks a message; returns whether it is to be learned. */
  private static boolean requireMessage(String where, ChatMessage message) {
    Object role = message.fields().getOrDefault("role", "nothing");
    if (!(role instanceof String name) || !ROLES.contains(name)) {
      throw new RefusedException(
          "%s: role: expected one of system, developer, user, assistant and tool, found %s"
              .formatted(where, role));
    }
    boolean calls = name.equals(ASSISTANT) && message.fields().get("tool_calls") instanceof List<?>;
    Object content = message.fields().getOrDefault("content", Optional.empty());
    boolean absent = content instanceof Optional<?>;
    if (!(content instanceof String) && !(absent && calls)) {
      throw new RefusedException(
          "%s: content: expected a text, found %s".formatted(where, absent ? "none" : content));
    }
    Object weight = message.fields().getOrDefault("weight", 1L);
    if (!weight.equals(0L) && !weight.equals(1L)) {
      throw new RefusedException("%s: weight: expected 0 or 1, found %s".formatted(where, weight));
    }
    return name.equals(ASSISTANT) && isLearned(message);
  }

  private static boolean isLearned(ChatMessage message) {
    return !Long.valueOf(0).equals(message.fields().get("weight"));
  }

  private static List<AnsweredIds> encoded(
      Terminal terminal, List<Line> lines, ChatTemplates templates, Tokenizer tokenizer) {
    List<AnsweredIds> all = new ArrayList<>();
    try (Progress progress = new Progress(terminal, "tokenizing", lines.size(), "conversations");
        OrderedWork<AnsweredIds> work =
            new OrderedWork<>(ids -> {
              all.add(ids);
              progress.at(all.size());
            })) {
      for (Line line : lines) {
        work.add(() -> encoded(line, templates, tokenizer));
      }
      work.finish();
    }
    return all;
  }

  private static AnsweredIds encoded(Line line, ChatTemplates templates, Tokenizer tokenizer) {
    try {
      return AnsweredIds.of(
          templates.forConversation(line.conversation()).withClock(DAY),
          tokenizer,
          line.conversation(),
          ChatFiles::isLearned);
    } catch (CheckpointException e) {
      throw new RefusedException("%s: %s".formatted(line.where(), e.getMessage()), e);
    }
  }
}
