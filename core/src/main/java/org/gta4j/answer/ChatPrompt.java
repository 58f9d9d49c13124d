package org.gta4j.answer;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.gta4j.chat.ChatText;
import org.gta4j.chat.tools.Reasoning;
import org.gta4j.chat.tools.ToolPrompt;
import org.gta4j.tokenizer.Tokenizer;

/**
 * A conversation as the model reads it, up to where its answer begins.
 *
 * @param prompt how it was written, and which functions may be called
 * @param ids its ids
 * @param reasoning what the model's thoughts stand between, where it has any
 * @param isThinking whether the answer begins within them
 * @param shown control tokens that are a part of the answer's text, with their names: marks of
 *     calls and of thoughts
 */
public record ChatPrompt(
    ToolPrompt prompt,
    int[] ids,
    Optional<Reasoning> reasoning,
    boolean isThinking,
    Map<Integer, String> shown) {

  /** Copies the map. */
  public ChatPrompt {
    shown = Map.copyOf(shown);
  }

  /**
   * Has the template write it.
   *
   * @throws org.gta4j.checkpoint.CheckpointException if the template refuses it
   */
  public static ChatPrompt of(ToolPrompt prompt, Tokenizer tokenizer) {
    ChatText text = prompt.template().render(prompt.conversation());
    Optional<Reasoning> reasoning = Reasoning.of(prompt.template().source());
    Map<Integer, String> shown = new HashMap<>();
    prompt.format().ifPresent(format -> show(format.controlTokens(), tokenizer, shown));
    reasoning.ifPresent(marks -> show(marks.controlTokens(), tokenizer, shown));
    return new ChatPrompt(
        prompt,
        text.encode(tokenizer),
        reasoning,
        reasoning.map(marks -> marks.isOpenIn(text.text())).orElse(false),
        shown);
  }

  private static void show(
      Iterable<String> names, Tokenizer tokenizer, Map<Integer, String> shown) {
    for (String name : names) {
      OptionalInt id = tokenizer.id(name);
      if (id.isPresent() && tokenizer.isControl(id.getAsInt())) {
        shown.put(id.getAsInt(), name);
      }
    }
  }
}
