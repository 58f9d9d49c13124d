package org.gta4j.answer;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.gta4j.chat.tools.CallShape;
import org.gta4j.chat.tools.Reasoning;
import org.gta4j.chat.tools.ToolChoice;
import org.gta4j.generate.TokenConstraint;

/** Holds an answer to what was asked for: calls of functions, a form, or one of these. */
public final class HeldAnswer {
  private HeldAnswer() {}

  /** Whether a function has to be called. */
  public static boolean mustCall(ToolChoice choice) {
    return choice instanceof ToolChoice.Required || choice instanceof ToolChoice.Named;
  }

  /**
   * Calls of functions, where one has to be called; empty where the model decides.
   *
   * @param oneCall whether at most one function may be called
   * @throws org.gta4j.grammar.GrammarException if a function's schema cannot be enforced
   */
  public static Optional<Supplier<TokenConstraint>> toCalls(
      ChatPrompt chat, Grammars grammars, boolean oneCall) {
    return mustCall(chat.prompt().choice())
        ? Optional.of(
            behindThoughts(
                chat, grammars, RequiredCalls.constraint(chat.prompt(), grammars, oneCall)))
        : Optional.empty();
  }

  /**
   * A form; where functions are offered, calls of them are allowed in its place.
   *
   * @throws org.gta4j.grammar.GrammarException if it, or a function's schema, cannot be enforced
   */
  public static Supplier<TokenConstraint> toForm(
      ChatPrompt chat, AnswerForm form, Grammars grammars, boolean oneCall) {
    Supplier<TokenConstraint> text = form.constraint(grammars);
    if (chat.prompt().functions().isEmpty()) {
      return behindThoughts(chat, grammars, text);
    }
    Supplier<TokenConstraint> calls = RequiredCalls.constraint(chat.prompt(), grammars, oneCall);
    return behindThoughts(
        chat, grammars, () -> new EitherConstraint(List.of(text.get(), calls.get())));
  }

  /** Lets thoughts that the prompt has begun come to their end first. */
  private static Supplier<TokenConstraint> behindThoughts(
      ChatPrompt chat, Grammars grammars, Supplier<TokenConstraint> answer) {
    if (!chat.isThinking()) {
      return answer;
    }
    Reasoning marks = chat.reasoning().orElseThrow();
    Supplier<TokenConstraint> thoughts =
        new StagedConstraint.Builder(grammars)
            .add(
                List.of(
                    new CallShape.TextBefore(marks.close()), new CallShape.Marker(marks.close())))
            .build();
    return () -> new ThoughtsFirst(thoughts.get(), answer);
  }
}
