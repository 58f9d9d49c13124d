package org.gta4j.cli.training;

import java.util.Optional;
import java.util.OptionalLong;
import org.gta4j.chat.ChatTemplates;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Setting;
import org.gta4j.cli.UsageException;
import org.gta4j.cli.Verb;
import org.gta4j.cli.training.report.SamplePlan;
import org.gta4j.model.ModelConfig;
import org.gta4j.tokenizer.Tokenizer;

/** The options that say whether and when a model shows what it writes while it is trained. */
final class SampleOptions {
  private final Setting<Long> every =
      Setting.wide(
          "--sample-every",
          "N",
          "Steps from one text that the model writes to the next; 0 for none (default: one at each validation).");
  private final Setting<String> prompt =
      Setting.text(
          "--sample-prompt",
          "TEXT",
          "What these texts begin with (default: the model begins); where chats are learned, what a user says.");

  void addTo(Verb verb) {
    verb.add(every, prompt);
  }

  /**
   * What they say.
   *
   * @param validated whether there is any validation
   * @param chats how a model of chats is asked; without a prompt such a model shows nothing
   */
  Optional<SamplePlan> plan(
      Tokenizer tokenizer, ModelConfig model, boolean validated, Optional<ChatTemplates> chats) {
    long steps = every.or(validated ? 1L : 0L);
    if (steps < 0) {
      throw UsageException.of(every.name(), "an integer from 0 on", steps);
    }
    if (steps == 0) {
      if (prompt.isGiven()) {
        throw UsageException.of(
            prompt.name(), "--sample-every N or --validation beside it", "neither");
      }
      return Optional.empty();
    }
    OptionalLong interval = every.isGiven() ? OptionalLong.of(steps) : OptionalLong.empty();
    Optional<SamplePlan> plan =
        chats.isPresent()
            ? prompt
                .value()
                .map(text -> SamplePlan.ofQuestion(tokenizer, chats.get(), text, interval))
            : SamplePlan.of(tokenizer, prompt.or(""), interval);
    if (plan.isEmpty() && every.isGiven()) {
      throw UsageException.of(
          prompt.name(),
          chats.isPresent()
              ? "a text that a user says"
              : "a text, since the tokenizer has no token that begins or ends texts",
          "none");
    }
    int tokens = plan.map(found -> found.prompt().length).orElse(0);
    if (tokens >= model.contextLength()) {
      throw new RefusedException(
          "%s: it has %d tokens, which leaves no room in the model's context of %d"
              .formatted(prompt.name(), tokens, model.contextLength()));
    }
    return plan;
  }
}
