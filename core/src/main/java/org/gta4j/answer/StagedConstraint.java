package org.gta4j.answer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.gta4j.chat.tools.CallShape;
import org.gta4j.generate.TokenConstraint;
import org.gta4j.grammar.CompiledGrammar;
import org.gta4j.grammar.Grammar;

/**
 * An answer of several parts: control tokens, which stand for no text, and grammars between them,
 * each of which ends where the token behind it may come.
 */
final class StagedConstraint implements TokenConstraint {
  /** A part: a grammar, or nothing but the token that ends it. */
  private record Stage(OptionalInt endToken, List<CompiledGrammar> grammar) {}

  private final List<Stage> stages;
  private int stage;
  private List<TokenConstraint> text;

  private StagedConstraint(List<Stage> stages) {
    this.stages = stages;
    text = begin(stages.getFirst());
  }

  private static List<TokenConstraint> begin(Stage stage) {
    return stage.grammar().stream().map(CompiledGrammar::begin).toList();
  }

  @Override
  public void restrict(float[] logits) {
    if (!text.isEmpty()) {
      text.getFirst().restrict(logits);
      return;
    }
    int only = stages.get(stage).endToken().getAsInt();
    float kept = logits[only];
    Arrays.fill(logits, Float.NEGATIVE_INFINITY);
    logits[only] = kept;
  }

  @Override
  public boolean isReady() {
    return text.isEmpty() || text.getFirst().isReady();
  }

  @Override
  public void accept(int id) {
    OptionalInt end = stages.get(stage).endToken();
    if (end.isPresent() && end.getAsInt() == id) {
      stage++;
      text = stage < stages.size() ? begin(stages.get(stage)) : List.of();
    } else {
      text.getFirst().accept(id);
    }
  }

  @Override
  public boolean isComplete() {
    return stage == stages.size()
        || (stage == stages.size() - 1
            && stages.get(stage).endToken().isEmpty()
            && text.getFirst().isComplete());
  }

  /** Puts the parts together. */
  static final class Builder {
    private final Grammars grammars;
    private final List<Stage> stages = new ArrayList<>();
    private final List<Grammar> open = new ArrayList<>();

    Builder(Grammars grammars) {
      this.grammars = grammars;
    }

    /** Adds parts of which none repeats. */
    Builder add(List<CallShape.Part> parts) {
      for (CallShape.Part part : parts) {
        OptionalInt control =
            part instanceof CallShape.Marker marker
                ? RequiredCalls.control(marker, grammars.tokenizer())
                : OptionalInt.empty();
        if (control.isPresent()) {
          close(control);
        } else {
          open.add(RequiredCalls.grammar(List.of(part)));
        }
      }
      return this;
    }

    /** Adds text. */
    Builder add(Grammar grammar) {
      open.add(grammar);
      return this;
    }

    private void close(OptionalInt end) {
      List<CompiledGrammar> grammar =
          open.isEmpty() ? List.of() : List.of(grammars.compile(new Grammar.Sequence(open), end));
      stages.add(new Stage(end, grammar));
      open.clear();
    }

    Supplier<TokenConstraint> build() {
      if (!open.isEmpty() || stages.isEmpty()) {
        close(OptionalInt.empty());
      }
      List<Stage> all = List.copyOf(stages);
      return () -> new StagedConstraint(all);
    }
  }
}
