package org.gta4j.cli.training.report;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.gta4j.chat.ChatIds;
import org.gta4j.chat.ChatMessage;
import org.gta4j.chat.ChatTemplates;
import org.gta4j.chat.Conversation;
import org.gta4j.tokenizer.ControlTokens;
import org.gta4j.tokenizer.Tokenizer;
import org.gta4j.train.run.StepReport;

/**
 * When a model that is trained shows what it writes, and how that begins.
 *
 * @param tokenizer of its texts
 * @param text what samples begin with
 * @param prompt the same as token ids; at least one
 * @param every steps from one sample to the next; empty: one at each validation
 */
public record SamplePlan(Tokenizer tokenizer, String text, int[] prompt, OptionalLong every) {
  /**
   * Samples that begin as texts do that the model learns from: with the token that begins them, or
   * else with the one that ended the text before.
   *
   * @return empty where there is neither such a token nor a text
   */
  public static Optional<SamplePlan> of(Tokenizer tokenizer, String text, OptionalLong every) {
    int[] ids = tokenizer.encode(text, Tokenizer.Framing.NONE, ControlTokens.ESCAPED);
    OptionalInt first = tokenizer.begin().isPresent() ? tokenizer.begin() : tokenizer.end();
    int before = first.isPresent() ? 1 : 0;
    int[] prompt = new int[before + ids.length];
    first.ifPresent(id -> prompt[0] = id);
    System.arraycopy(ids, 0, prompt, before, ids.length);
    return prompt.length == 0
        ? Optional.empty()
        : Optional.of(new SamplePlan(tokenizer, text, prompt, every));
  }

  /**
   * Samples that answer what a user says.
   *
   * @throws org.gta4j.checkpoint.CheckpointException if the template refuses it
   */
  public static SamplePlan ofQuestion(
      Tokenizer tokenizer, ChatTemplates templates, String question, OptionalLong every) {
    Conversation asked = Conversation.toAnswer(List.of(ChatMessage.of("user", question)));
    int[] ids = new ChatIds(templates, tokenizer, true).prompt(asked);
    return new SamplePlan(tokenizer, question + "\n", ids, every);
  }

  boolean isDue(StepReport report) {
    return every.isPresent()
        ? report.step() % every.getAsLong() == 0
        : report.validationLoss().isPresent();
  }
}
