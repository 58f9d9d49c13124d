package org.gta4j.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads a template's statements. */
final class TemplateParser {
  private final TokenStream tokens;
  private final ExpressionParser expressions;

  private TemplateParser(List<Token> tokens) {
    this.tokens = new TokenStream(tokens);
    expressions = new ExpressionParser(this.tokens);
  }

  /** What a source does. */
  static List<Node> parse(String source, Dialect dialect) {
    TemplateParser parser = new TemplateParser(Lexer.tokens(source, dialect));
    List<Node> body = parser.body(Set.of());
    if (parser.tokens.peek().type() != Token.Type.END) {
      throw parser.tokens.wrong("the end of the template");
    }
    return body;
  }

  /** Reads up to a statement with one of these names, which is next then, its begin taken. */
  private List<Node> body(Set<String> ends) {
    tokens.enter();
    List<Node> nodes = new ArrayList<>();
    while (true) {
      Token token = tokens.peek();
      switch (token.type()) {
        case DATA -> nodes.add(new Node.Data(tokens.next().text()));
        case EXPRESSION_BEGIN -> {
          tokens.next();
          nodes.add(new Node.Output(expressions.maybeTuple()));
          tokens.expect(Token.Type.EXPRESSION_END, "}}");
        }
        case STATEMENT_BEGIN -> {
          tokens.next();
          if (tokens.peek().type() == Token.Type.NAME && ends.contains(tokens.peek().text())) {
            tokens.leave();
            return nodes;
          }
          nodes.add(statement());
        }
        default -> {
          if (!ends.isEmpty()) {
            throw tokens.wrong(
                "{% " + String.join(" %} or {% ", ends.stream().sorted().toList()) + " %}");
          }
          tokens.leave();
          return nodes;
        }
      }
    }
  }

  /** A body up to its end. */
  private List<Node> bodyUntil(String end) {
    closeTag();
    List<Node> body = body(Set.of(end));
    tokens.expectName(end);
    return body;
  }

  private void closeTag() {
    tokens.expect(Token.Type.STATEMENT_END, "%}");
  }

  private Node statement() {
    Token name = tokens.expect(Token.Type.NAME, "the name of a statement");
    Node node =
        switch (name.text()) {
          case "if" -> ifStatement();
          case "for" -> forStatement();
          case "set" -> set();
          case "macro" -> macro();
          case "call" -> call();
          case "filter" -> {
            List<Expression.Filter> filters = filters();
            yield new Node.FilterBlock(filters, bodyUntil("endfilter"));
          }
          case "with" -> with();
          case "generation" -> new Node.Block(bodyUntil("endgeneration"));
          case "break" -> new Node.Jump(true);
          case "continue" -> new Node.Jump(false);
          default ->
              throw new TemplateException(
                  "line %d: expected a statement known here, found %s"
                      .formatted(name.line(), name.describe()));
        };
    closeTag();
    return node;
  }

  private Node ifStatement() {
    List<Node.Branch> branches = new ArrayList<>();
    List<Node> otherwise = List.of();
    while (true) {
      Expression condition = expressions.maybeTuple();
      closeTag();
      branches.add(new Node.Branch(condition, body(Set.of("elif", "else", "endif"))));
      if (tokens.skipName("elif")) {
        continue;
      }
      if (tokens.skipName("else")) {
        otherwise = bodyUntil("endif");
      } else {
        tokens.expectName("endif");
      }
      return new Node.If(branches, otherwise);
    }
  }

  private Node forStatement() {
    Node.Target target = targets();
    tokens.expectName("in");
    Expression items = expressions.withoutCondition();
    Optional<Expression> condition =
        tokens.skipName("if") ? Optional.of(expressions.expression()) : Optional.empty();
    boolean recursive = tokens.skipName("recursive");
    closeTag();
    List<Node> body = body(Set.of("else", "endfor"));
    List<Node> otherwise = List.of();
    if (tokens.skipName("else")) {
      otherwise = bodyUntil("endfor");
    } else {
      tokens.expectName("endfor");
    }
    return new Node.For(target, items, condition, recursive, body, otherwise);
  }

  private Node.Target targets() {
    Node.Target first = target();
    if (!tokens.isOperator(",")) {
      return first;
    }
    List<Node.Target> several = new ArrayList<>(List.of(first));
    while (tokens.skipOperator(",")) {
      several.add(target());
    }
    return new Node.Target.Several(several);
  }

  private Node.Target target() {
    if (tokens.skipOperator("(")) {
      Node.Target inner = targets();
      tokens.expectOperator(")");
      return inner;
    }
    String name = tokens.expectName();
    return tokens.skipOperator(".")
        ? new Node.Target.Attribute(name, tokens.expectName())
        : new Node.Target.Name(name);
  }

  private Node set() {
    Node.Target target = targets();
    if (tokens.skipOperator("=")) {
      return new Node.Set(target, expressions.maybeTuple());
    }
    List<Expression.Filter> filters = tokens.isOperator("|") ? filters() : List.of();
    return new Node.SetBlock(target, filters, bodyUntil("endset"));
  }

  private List<Expression.Filter> filters() {
    List<Expression.Filter> filters = new ArrayList<>();
    do {
      filters.add(expressions.filter(new Expression.Literal("")));
    } while (tokens.isOperator("|"));
    return filters;
  }

  private List<Node.Parameter> parameters() {
    List<Node.Parameter> parameters = new ArrayList<>();
    tokens.expectOperator("(");
    while (!tokens.skipOperator(")")) {
      String name = tokens.expectName();
      parameters.add(
          new Node.Parameter(
              name,
              tokens.skipOperator("=") ? Optional.of(expressions.expression()) : Optional.empty()));
      if (!tokens.isOperator(")")) {
        tokens.expectOperator(",");
      }
    }
    return parameters;
  }

  private Node macro() {
    String name = tokens.expectName();
    List<Node.Parameter> parameters = parameters();
    return new Node.Macro(name, parameters, bodyUntil("endmacro"));
  }

  private Node call() {
    List<Node.Parameter> parameters = tokens.isOperator("(") ? parameters() : List.of();
    Expression call = expressions.expression();
    if (!(call instanceof Expression.Call)) {
      throw tokens.wrong("the call of a macro before it");
    }
    return new Node.CallBlock(parameters, call, bodyUntil("endcall"));
  }

  private Node with() {
    List<Node.Set> names = new ArrayList<>();
    while (tokens.peek().type() == Token.Type.NAME) {
      Node.Target target = target();
      tokens.expectOperator("=");
      names.add(new Node.Set(target, expressions.expression()));
      tokens.skipOperator(",");
    }
    return new Node.With(names, bodyUntil("endwith"));
  }
}
