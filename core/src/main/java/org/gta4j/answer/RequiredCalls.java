package org.gta4j.answer;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.gta4j.chat.tools.CallShape;
import org.gta4j.chat.tools.ToolChoice;
import org.gta4j.chat.tools.ToolFormat;
import org.gta4j.chat.tools.ToolFunction;
import org.gta4j.chat.tools.ToolPrompt;
import org.gta4j.generate.TokenConstraint;
import org.gta4j.grammar.Grammar;
import org.gta4j.grammar.JsonSchemaGrammar;
import org.gta4j.tokenizer.Tokenizer;

/** Holds an answer to calls of functions, as the model writes them. */
final class RequiredCalls {
  /** An answer has at most so many calls. */
  private static final int MOST_CALLS = 16;

  private RequiredCalls() {}

  /**
   * What such an answer may be.
   *
   * @throws org.gta4j.grammar.GrammarException if a function's schema cannot be enforced
   */
  static Supplier<TokenConstraint> constraint(
      ToolPrompt prompt, Grammars grammars, boolean oneCall) {
    ToolFormat format = prompt.format().orElseThrow();
    List<ToolFunction> functions =
        prompt.choice() instanceof ToolChoice.Named named
            ? List.of(named.function())
            : prompt.functions();
    boolean isOne = oneCall || prompt.choice() instanceof ToolChoice.Named;
    List<CallShape> shapes = functions.stream().map(format::callShape).toList();
    Tokenizer tokenizer = grammars.tokenizer();
    CallShape first = shapes.getFirst();
    boolean isSeveral =
        !isOne
            && first.isSeveral()
            && !hasControl(first.call(), tokenizer)
            && !hasControl(first.between(), tokenizer);
    StagedConstraint.Builder answer = new StagedConstraint.Builder(grammars).add(first.begin());
    addCalls(answer, shapes, isSeveral, tokenizer);
    return answer.add(first.end()).build();
  }

  /**
   * Adds one call or several. What the calls of all functions have in common before and behind is
   * added part by part, since there may be control tokens in it.
   */
  private static void addCalls(
      StagedConstraint.Builder answer,
      List<CallShape> shapes,
      boolean isSeveral,
      Tokenizer tokenizer) {
    List<CallShape.Part> call = shapes.getFirst().call();
    int from = 0;
    int to = call.size();
    if (hasControl(call, tokenizer)) {
      while (from < to && call.get(from) instanceof CallShape.Marker) {
        from++;
      }
      while (to > from && call.get(to - 1) instanceof CallShape.Marker) {
        to--;
      }
    }
    answer.add(call.subList(0, from));
    List<Grammar> one = new ArrayList<>();
    for (CallShape shape : shapes) {
      int behind = shape.call().size() - (call.size() - to);
      one.add(grammar(shape.call().subList(from, behind)));
    }
    Grammar any = new Grammar.Choice(one);
    Grammar more = Grammar.sequence(grammar(shapes.getFirst().between()), any);
    answer.add(isSeveral ? Grammar.sequence(any, Grammar.repeat(more, 0, MOST_CALLS - 1)) : any);
    answer.add(call.subList(to, call.size()));
  }

  /** Whether marks among the parts are control tokens, which no grammar over text can have. */
  private static boolean hasControl(List<CallShape.Part> parts, Tokenizer tokenizer) {
    return parts.stream()
        .anyMatch(part ->
            part instanceof CallShape.Marker marker && control(marker, tokenizer).isPresent());
  }

  /** The control token that a mark is. */
  static OptionalInt control(CallShape.Marker marker, Tokenizer tokenizer) {
    OptionalInt id = tokenizer.id(marker.name());
    return id.isPresent() && tokenizer.isControl(id.getAsInt()) ? id : OptionalInt.empty();
  }

  /** Parts without control tokens, as a grammar. */
  static Grammar grammar(List<CallShape.Part> parts) {
    List<Grammar> grammars = new ArrayList<>();
    for (CallShape.Part part : parts) {
      grammars.add(
          switch (part) {
            case CallShape.Literal literal -> Grammar.literal(literal.text());
            case CallShape.Marker marker -> Grammar.literal(marker.name());
            case CallShape.JsonValue value -> JsonSchemaGrammar.of(value.schema());
            case CallShape.TextBefore text -> TextWithout.of(text.end());
            case CallShape.Perhaps perhaps -> Grammar.repeat(grammar(perhaps.parts()), 0, 1);
          });
    }
    return new Grammar.Sequence(grammars);
  }
}
