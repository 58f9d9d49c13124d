package org.gta4j.template;

import java.util.List;
import java.util.Optional;

/** What stands for a value in a template. */
sealed interface Expression {
  /** A value that is written down. */
  record Literal(Object value) implements Expression {}

  /** A variable. */
  record Name(String name) implements Expression {}

  /** {@code [a, b]}. */
  record ListOf(List<Expression> items) implements Expression {}

  /** {@code (a, b)}. */
  record TupleOf(List<Expression> items) implements Expression {}

  /** <code>{a: b}</code>. */
  record MapOf(List<Pair> pairs) implements Expression {}

  /** A key with its value. */
  record Pair(Expression key, Expression value) {}

  /** {@code -a}, {@code +a} or {@code not a}. */
  record Unary(String operator, Expression operand) implements Expression {}

  /** Arithmetic, {@code ~}, {@code and}, {@code or}. */
  record Binary(String operator, Expression left, Expression right) implements Expression {}

  /** {@code a < b <= c}. */
  record Comparison(Expression first, List<Link> links) implements Expression {}

  /** One operator of a comparison, and what is right of it. */
  record Link(String operator, Expression right) {}

  /** {@code a if b else c}. */
  record Conditional(Expression condition, Expression then, Optional<Expression> otherwise)
      implements Expression {}

  /** {@code a.b}. */
  record Attribute(Expression object, String name) implements Expression {}

  /** {@code a[b]}. */
  record Item(Expression object, Expression key) implements Expression {}

  /** {@code a[b:c:d]}. */
  record Slice(
      Expression object,
      Optional<Expression> begin,
      Optional<Expression> end,
      Optional<Expression> step)
      implements Expression {}

  /** {@code a(b)}. */
  record Call(Expression function, CallArguments arguments) implements Expression {}

  /** {@code a|name(b)}; without a value within a block that is filtered. */
  record Filter(Expression value, String name, CallArguments arguments, int line)
      implements Expression {}

  /** {@code a is name(b)}. */
  record Test(Expression value, String name, CallArguments arguments, int line)
      implements Expression {}

  /** What stands between the brackets of a call. */
  record CallArguments(List<Expression> positional, List<Keyword> keywords) {
    static final CallArguments NONE = new CallArguments(List.of(), List.of());
  }

  /** {@code name=value}. */
  record Keyword(String name, Expression value) {}
}
