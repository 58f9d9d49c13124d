package org.gta4j.template;

import java.util.List;
import java.util.Optional;

/** What a template does. */
sealed interface Node {
  /** Writes a text. */
  record Data(String text) implements Node {}

  /** Writes a value. */
  record Output(Expression value) implements Node {}

  /** Does the first branch whose condition holds. */
  record If(List<Branch> branches, List<Node> otherwise) implements Node {}

  /** One branch. */
  record Branch(Expression condition, List<Node> body) {}

  /** Goes through items. */
  record For(
      Target target,
      Expression items,
      Optional<Expression> condition,
      boolean recursive,
      List<Node> body,
      List<Node> otherwise)
      implements Node {}

  /** Gives names to a value. */
  record Set(Target target, Expression value) implements Node {}

  /** Gives a name to what a body writes, filtered. */
  record SetBlock(Target target, List<Expression.Filter> filters, List<Node> body)
      implements Node {}

  /** Defines a macro. */
  record Macro(String name, List<Parameter> parameters, List<Node> body) implements Node {}

  /** A macro's parameter, with what it is where a call leaves it out. */
  record Parameter(String name, Optional<Expression> absent) {}

  /** Calls a macro with a body that it may call. */
  record CallBlock(List<Parameter> parameters, Expression call, List<Node> body) implements Node {}

  /** Writes what a body writes, filtered. */
  record FilterBlock(List<Expression.Filter> filters, List<Node> body) implements Node {}

  /** Does a body with names of its own. */
  record With(List<Set> names, List<Node> body) implements Node {}

  /** Does a body. */
  record Block(List<Node> body) implements Node {}

  /** Leaves a loop, or its turn. */
  record Jump(boolean leaves) implements Node {}

  /** What a value is assigned to. */
  sealed interface Target {
    /** A name. */
    record Name(String name) implements Target {}

    /** An attribute of a namespace. */
    record Attribute(String name, String attribute) implements Target {}

    /** Several at once. */
    record Several(List<Target> targets) implements Target {}
  }
}
