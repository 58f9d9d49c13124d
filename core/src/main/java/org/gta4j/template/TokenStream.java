package org.gta4j.template;

import java.util.List;

/** Goes through tokens, one ahead. */
final class TokenStream {
  /** Deeper sources are refused before they fill the stack. */
  private static final int MOST_DEPTH = 150;

  private final List<Token> tokens;
  private int at;
  private int depth;

  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
  }

  /** The token that comes next. */
  Token peek() {
    return tokens.get(at);
  }

  /** The one after that. */
  Token peekSecond() {
    return tokens.get(Math.min(at + 1, tokens.size() - 1));
  }

  /** Takes the next token. */
  Token next() {
    Token token = tokens.get(at);
    if (token.type() != Token.Type.END) {
      at++;
    }
    return token;
  }

  boolean isOperator(String operator) {
    return peek().is(Token.Type.OPERATOR, operator);
  }

  boolean isName(String name) {
    return peek().is(Token.Type.NAME, name);
  }

  /** Takes an operator, if it is next. */
  boolean skipOperator(String operator) {
    return skip(isOperator(operator));
  }

  /** Takes a name, if it is next. */
  boolean skipName(String name) {
    return skip(isName(name));
  }

  private boolean skip(boolean is) {
    if (is) {
      next();
    }
    return is;
  }

  void expectOperator(String operator) {
    if (!skipOperator(operator)) {
      throw wrong("'" + operator + "'");
    }
  }

  void expectName(String name) {
    if (!skipName(name)) {
      throw wrong("'" + name + "'");
    }
  }

  String expectName() {
    return expect(Token.Type.NAME, "a name").text();
  }

  Token expect(Token.Type type, String what) {
    if (peek().type() != type) {
      throw wrong(what);
    }
    return next();
  }

  /** The error that something else is next. */
  TemplateException wrong(String expected) {
    return new TemplateException(
        "line %d: expected %s, found %s".formatted(peek().line(), expected, peek().describe()));
  }

  /** Counts a nesting, to be followed by {@link #leave}. */
  void enter() {
    if (++depth > MOST_DEPTH) {
      throw new TemplateException(
          "line %d: it nests more than %d deep".formatted(peek().line(), MOST_DEPTH));
    }
  }

  /** Ends a nesting. */
  void leave() {
    depth--;
  }
}
