package org.gta4j.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Reads expressions; each method reads what binds tighter than the one before it. */
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  private static final Set<Token.Type> ARGUMENT_BEGINS =
      Set.of(Token.Type.NAME, Token.Type.STRING, Token.Type.INTEGER, Token.Type.FLOAT);

  private final TokenStream tokens;

  ExpressionParser(TokenStream tokens) {
    this.tokens = tokens;
  }

  /** An expression. */
  Expression expression() {
    return conditional(true);
  }

  /** An expression in which {@code if} is not part of it, as after {@code in}. */
  Expression withoutCondition() {
    Expression first = conditional(false);
    return tokens.isOperator(",") ? tuple(first, false) : first;
  }

  /** An expression, or several with commas between them. */
  Expression maybeTuple() {
    Expression first = expression();
    return tokens.isOperator(",") ? tuple(first, true) : first;
  }

  private Expression tuple(Expression first, boolean conditions) {
    List<Expression> items = new ArrayList<>(List.of(first));
    while (tokens.skipOperator(",")) {
      Token next = tokens.peek();
      if (next.type() == Token.Type.STATEMENT_END
          || next.type() == Token.Type.EXPRESSION_END
          || next.is(Token.Type.OPERATOR, ")")) {
        break;
      }
      items.add(conditional(conditions));
    }
    return new Expression.TupleOf(items);
  }

  private Expression conditional(boolean conditions) {
    tokens.enter();
    try {
      Expression value = or();
      while (conditions && tokens.skipName("if")) {
        Expression condition = or();
        Optional<Expression> otherwise =
            tokens.skipName("else") ? Optional.of(conditional(true)) : Optional.empty();
        value = new Expression.Conditional(condition, value, otherwise);
      }
      return value;
    } finally {
      tokens.leave();
    }
  }

  private Expression or() {
    Expression left = and();
    while (tokens.skipName("or")) {
      left = new Expression.Binary("or", left, and());
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (tokens.skipName("and")) {
      left = new Expression.Binary("and", left, not());
    }
    return left;
  }

  private Expression not() {
    int count = 0;
    while (tokens.skipName("not")) {
      count++;
    }
    Expression value = comparison();
    return count == 0
        ? value
        : new Expression.Unary("not", count % 2 == 1 ? value : new Expression.Unary("not", value));
  }

  private Expression comparison() {
    Expression first = sum();
    List<Expression.Link> links = new ArrayList<>();
    while (true) {
      Token next = tokens.peek();
      if (next.type() == Token.Type.OPERATOR && COMPARISONS.contains(next.text())) {
        tokens.next();
        links.add(new Expression.Link(next.text(), sum()));
      } else if (tokens.skipName("in")) {
        links.add(new Expression.Link("in", sum()));
      } else if (tokens.isName("not") && tokens.peekSecond().is(Token.Type.NAME, "in")) {
        tokens.next();
        tokens.next();
        links.add(new Expression.Link("not in", sum()));
      } else {
        return links.isEmpty() ? first : new Expression.Comparison(first, links);
      }
    }
  }

  private Expression sum() {
    return binary(Set.of("+", "-"), this::concatenation);
  }

  private Expression concatenation() {
    return binary(Set.of("~"), this::product);
  }

  private Expression product() {
    return binary(Set.of("*", "/", "//", "%"), this::power);
  }

  private Expression power() {
    return binary(Set.of("**"), () -> unary(true));
  }

  private Expression binary(Set<String> operators, Supplier<Expression> operand) {
    Expression left = operand.get();
    while (tokens.peek().type() == Token.Type.OPERATOR
        && operators.contains(tokens.peek().text())) {
      String operator = tokens.next().text();
      left = new Expression.Binary(operator, left, operand.get());
    }
    return left;
  }

  private Expression unary(boolean filters) {
    tokens.enter();
    try {
      Expression value;
      if (tokens.isOperator("-") || tokens.isOperator("+")) {
        String operator = tokens.next().text();
        value = new Expression.Unary(operator, unary(false));
      } else {
        value = primary();
      }
      value = postfix(value);
      return filters ? filtersAndTests(value) : value;
    } finally {
      tokens.leave();
    }
  }

  private Expression primary() {
    Token token = tokens.peek();
    switch (token.type()) {
      case NAME -> {
        tokens.next();
        return switch (token.text()) {
          case "true", "True" -> new Expression.Literal(true);
          case "false", "False" -> new Expression.Literal(false);
          case "none", "None" -> new Expression.Literal(None.NONE);
          default -> new Expression.Name(token.text());
        };
      }
      case STRING -> {
        StringBuilder text = new StringBuilder();
        while (tokens.peek().type() == Token.Type.STRING) {
          text.append(tokens.next().text());
        }
        return new Expression.Literal(text.toString());
      }
      case INTEGER, FLOAT -> {
        tokens.next();
        return new Expression.Literal(number(token));
      }
      default -> {}
    }
    if (tokens.skipOperator("(")) {
      if (tokens.skipOperator(")")) {
        return new Expression.TupleOf(List.of());
      }
      Expression value = maybeTuple();
      tokens.expectOperator(")");
      return value;
    }
    if (tokens.skipOperator("[")) {
      List<Expression> items = new ArrayList<>();
      while (!tokens.skipOperator("]")) {
        items.add(expression());
        if (!tokens.isOperator("]")) {
          tokens.expectOperator(",");
        }
      }
      return new Expression.ListOf(items);
    }
    if (tokens.skipOperator("{")) {
      return map();
    }
    throw tokens.wrong("a value");
  }

  private static Object number(Token token) {
    try {
      return token.type() == Token.Type.INTEGER
          ? (Object) Long.valueOf(token.text())
          : Double.valueOf(token.text());
    } catch (NumberFormatException e) {
      throw new TemplateException(
          "line %d: expected an integer below 2^63, found %s"
              .formatted(token.line(), token.describe()));
    }
  }

  private Expression map() {
    List<Expression.Pair> pairs = new ArrayList<>();
    while (!tokens.skipOperator("}")) {
      Expression key = expression();
      tokens.expectOperator(":");
      pairs.add(new Expression.Pair(key, expression()));
      if (!tokens.isOperator("}")) {
        tokens.expectOperator(",");
      }
    }
    return new Expression.MapOf(pairs);
  }

  private Expression postfix(Expression begin) {
    Expression value = begin;
    while (true) {
      if (tokens.skipOperator(".")) {
        value =
            tokens.peek().type() == Token.Type.INTEGER
                ? new Expression.Item(value, new Expression.Literal(number(tokens.next())))
                : new Expression.Attribute(value, tokens.expectName());
      } else if (tokens.skipOperator("[")) {
        value = subscript(value);
      } else if (tokens.isOperator("(")) {
        value = new Expression.Call(value, arguments());
      } else {
        return value;
      }
    }
  }

  private Expression subscript(Expression object) {
    Optional<Expression> begin =
        tokens.isOperator(":") ? Optional.empty() : Optional.of(maybeTuple());
    if (begin.isPresent() && tokens.skipOperator("]")) {
      return new Expression.Item(object, begin.get());
    }
    tokens.expectOperator(":");
    Optional<Expression> end = bound();
    Optional<Expression> step = tokens.skipOperator(":") ? bound() : Optional.empty();
    tokens.expectOperator("]");
    return new Expression.Slice(object, begin, end, step);
  }

  private Optional<Expression> bound() {
    return tokens.isOperator(":") || tokens.isOperator("]")
        ? Optional.empty()
        : Optional.of(expression());
  }

  private Expression filtersAndTests(Expression begin) {
    Expression value = begin;
    while (true) {
      if (tokens.isOperator("|")) {
        value = filter(value);
      } else if (tokens.isName("is")) {
        value = test(value);
      } else if (tokens.isOperator("(")) {
        value = new Expression.Call(value, arguments());
      } else {
        return value;
      }
    }
  }

  /** {@code |name(...)}, of which the bar may be missing at a block's begin. */
  Expression.Filter filter(Expression value) {
    tokens.skipOperator("|");
    int line = tokens.peek().line();
    String name = dotted();
    Expression.CallArguments arguments =
        tokens.isOperator("(") ? arguments() : Expression.CallArguments.NONE;
    return new Expression.Filter(value, name, arguments, line);
  }

  private String dotted() {
    StringBuilder name = new StringBuilder(tokens.expectName());
    while (tokens.skipOperator(".")) {
      name.append('.').append(tokens.expectName());
    }
    return name.toString();
  }

  private Expression test(Expression value) {
    int line = tokens.next().line();
    boolean negated = tokens.skipName("not");
    String name = dotted();
    Expression.CallArguments arguments = Expression.CallArguments.NONE;
    Token next = tokens.peek();
    if (tokens.isOperator("(")) {
      arguments = arguments();
    } else if (tokens.isName("is")) {
      throw tokens.wrong("one test");
    } else if ((ARGUMENT_BEGINS.contains(next.type())
            && !tokens.isName("else")
            && !tokens.isName("or")
            && !tokens.isName("and")
            && !tokens.isName("if"))
        || tokens.isOperator("[")
        || tokens.isOperator("{")) {
      arguments = new Expression.CallArguments(List.of(postfix(primary())), List.of());
    }
    Expression test = new Expression.Test(value, name, arguments, line);
    return negated ? new Expression.Unary("not", test) : test;
  }

  /** What stands between brackets. */
  Expression.CallArguments arguments() {
    tokens.expectOperator("(");
    List<Expression> positional = new ArrayList<>();
    List<Expression.Keyword> keywords = new ArrayList<>();
    while (!tokens.skipOperator(")")) {
      if (tokens.peek().type() == Token.Type.NAME
          && tokens.peekSecond().is(Token.Type.OPERATOR, "=")) {
        String name = tokens.expectName();
        tokens.expectOperator("=");
        keywords.add(new Expression.Keyword(name, expression()));
      } else if (keywords.isEmpty()) {
        positional.add(expression());
      } else {
        throw tokens.wrong("an argument with a name");
      }
      if (!tokens.isOperator(")")) {
        tokens.expectOperator(",");
      }
    }
    return new Expression.CallArguments(positional, keywords);
  }
}
