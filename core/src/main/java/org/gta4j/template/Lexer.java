package org.gta4j.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Takes a template's source apart. In {@link Dialect#CHAT} white space around tags goes as Hugging
 * Face's libraries have it: the line break after a statement or comment goes ({@code trim_blocks}),
 * and so does what is before one on its line ({@code lstrip_blocks}); {@code -} within a tag takes
 * all white space beside it.
 */
final class Lexer {
  private static final List<String> OPERATORS =
      List.of(
          "**", "//", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", "~", "(", ")", "[", "]", "{",
          "}", ">", "<", "=", ".", ":", "|", ",");

  private final String source;
  private final boolean trims;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int counted;
  private int line = 1;

  /** Whether the source's last piece ended with a line break, or nothing was before. */
  private boolean lineStarts = true;

  private Lexer(String source, boolean trims) {
    this.source = source;
    this.trims = trims;
  }

  /** The tokens of a source; the last is the end. */
  static List<Token> tokens(String source, Dialect dialect) {
    boolean trims = dialect == Dialect.CHAT;
    String lines = source.replace("\r\n", "\n").replace('\r', '\n');
    boolean cuts = trims && lines.endsWith("\n");
    Lexer lexer = new Lexer(cuts ? lines.substring(0, lines.length() - 1) : lines, trims);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (at < source.length()) {
      int tag = nextTag(at);
      if (tag < 0) {
        data(source.substring(at));
        at = source.length();
        break;
      }
      char kind = source.charAt(tag + 1);
      Optional<String> raw = kind == '%' ? rawEnd(tag) : Optional.empty();
      String before = source.substring(at, tag);
      char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
      data(stripped(before, kind, sign));
      at = tag + 2;
      boolean hasSign = sign == '-' || (sign == '+' && kind != '{');
      if (raw.isPresent()) {
        at = tag + raw.get().length();
        raw();
      } else if (kind == '#') {
        comment();
      } else {
        at += hasSign ? 1 : 0;
        tag(kind);
      }
    }
    add(Token.Type.END, "");
  }

  private int nextTag(int from) {
    for (int i = source.indexOf('{', from); i >= 0; i = source.indexOf('{', i + 1)) {
      if (i + 1 < source.length() && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  private String stripped(String text, char kind, char sign) {
    if (sign == '-') {
      return text.substring(0, Text.endWithoutSpace(text));
    }
    if (trims && sign != '+' && kind != '{') {
      int begin = text.lastIndexOf('\n') + 1;
      if ((begin > 0 || lineStarts) && Text.isSpace(text, begin, text.length())) {
        return text.substring(0, begin);
      }
    }
    return text;
  }

  private void data(String text) {
    if (!text.isEmpty()) {
      add(Token.Type.DATA, text);
    }
  }

  private void add(Token.Type type, String text) {
    for (int end = Math.min(at, source.length()); counted < end; counted++) {
      line += source.charAt(counted) == '\n' ? 1 : 0;
    }
    tokens.add(new Token(type, text, line));
  }

  private TemplateException wrong(String what) {
    add(Token.Type.END, "");
    return new TemplateException("line %d: %s".formatted(line, what));
  }

  /** The whole tag, where a statement that begins here is {@code raw}. */
  private Optional<String> rawEnd(int tag) {
    int i = tag + 2;
    if (i < source.length() && (source.charAt(i) == '-' || source.charAt(i) == '+')) {
      i++;
    }
    i = Text.spaceEnd(source, i);
    if (!source.startsWith("raw", i)) {
      return Optional.empty();
    }
    i = Text.spaceEnd(source, i + 3);
    if (source.startsWith("-%}", i)) {
      return Optional.of(source.substring(tag, Text.spaceEnd(source, i + 3)));
    }
    return source.startsWith("%}", i)
        ? Optional.of(source.substring(tag, i + 2))
        : Optional.empty();
  }

  private void raw() {
    int from = at;
    for (int tag = source.indexOf("{%", from); tag >= 0; tag = source.indexOf("{%", tag + 1)) {
      int i = tag + 2;
      char sign = i < source.length() ? source.charAt(i) : ' ';
      i = Text.spaceEnd(source, sign == '-' || sign == '+' ? i + 1 : i);
      if (source.startsWith("endraw", i)) {
        OptionalInt end = statementEnd(Text.spaceEnd(source, i + 6));
        if (end.isPresent()) {
          lineStarts = from > 0 && source.charAt(from - 1) == '\n';
          data(stripped(source.substring(from, tag), '%', sign));
          moveTo(end.getAsInt());
          return;
        }
      }
    }
    throw wrong("expected {% endraw %}, found the end of the template");
  }

  private void comment() {
    int end = source.indexOf("#}", at);
    if (end < 0) {
      throw wrong("expected #}, found the end of the template");
    }
    moveTo(afterTag(end, "#}"));
  }

  /** Where the source goes on after a statement's end at {@code i}, if one is there. */
  private OptionalInt statementEnd(int i) {
    int close = source.startsWith("-%}", i) || source.startsWith("+%}", i) ? i + 1 : i;
    return source.startsWith("%}", close)
        ? OptionalInt.of(afterTag(close, "%}"))
        : OptionalInt.empty();
  }

  private int afterTag(int close, String end) {
    int after = close + end.length();
    return switch (close > 0 ? source.charAt(close - 1) : ' ') {
      case '-' -> Text.spaceEnd(source, after);
      case '+' -> after;
      default -> trims && source.startsWith("\n", after) ? after + 1 : after;
    };
  }

  private void moveTo(int position) {
    at = position;
    lineStarts = at > 0 && source.charAt(at - 1) == '\n';
  }

  private void tag(char kind) {
    boolean statement = kind == '%';
    add(statement ? Token.Type.STATEMENT_BEGIN : Token.Type.EXPRESSION_BEGIN, "");
    int open = 0;
    while (true) {
      at = Text.spaceEnd(source, at);
      if (at >= source.length()) {
        throw wrong("expected the end of a tag, found the end of the template");
      }
      if (open == 0) {
        if (statement) {
          OptionalInt end = statementEnd(at);
          if (end.isPresent()) {
            add(Token.Type.STATEMENT_END, "");
            moveTo(end.getAsInt());
            return;
          }
        } else if (source.startsWith("}}", at) || source.startsWith("-}}", at)) {
          boolean strips = source.charAt(at) == '-';
          add(Token.Type.EXPRESSION_END, "");
          moveTo(strips ? Text.spaceEnd(source, at + 3) : at + 2);
          return;
        }
      }
      char c = source.charAt(at);
      open += c == '(' || c == '[' || c == '{' ? 1 : c == ')' || c == ']' || c == '}' ? -1 : 0;
      if (open < 0) {
        throw wrong("unexpected '" + c + "'");
      }
      token(c);
    }
  }

  private void token(char c) {
    if (c == '"' || c == '\'') {
      string(c);
    } else if (c >= '0' && c <= '9') {
      number();
    } else if (Character.isUnicodeIdentifierStart(c) || c == '_') {
      int end = at + 1;
      while (end < source.length()
          && (Character.isUnicodeIdentifierPart(source.charAt(end)) || source.charAt(end) == '_')) {
        end++;
      }
      add(Token.Type.NAME, source.substring(at, end));
      at = end;
    } else {
      String operator =
          OPERATORS.stream()
              .filter(o -> source.startsWith(o, at))
              .findFirst()
              .orElseThrow(() -> wrong("unexpected '" + c + "'"));
      add(Token.Type.OPERATOR, operator);
      at += operator.length();
    }
  }

  private void number() {
    int end = digits(at);
    boolean real = false;
    if (source.startsWith(".", end) && digits(end + 1) > end + 1) {
      end = digits(end + 1);
      real = true;
    }
    if (end < source.length() && (source.charAt(end) == 'e' || source.charAt(end) == 'E')) {
      boolean signed = source.startsWith("+", end + 1) || source.startsWith("-", end + 1);
      int exponent = end + (signed ? 2 : 1);
      if (digits(exponent) > exponent) {
        end = digits(exponent);
        real = true;
      }
    }
    String text = source.substring(at, end).replace("_", "");
    add(real ? Token.Type.FLOAT : Token.Type.INTEGER, text);
    at = end;
  }

  private int digits(int from) {
    int end = from;
    while (end < source.length()
        && ((source.charAt(end) >= '0' && source.charAt(end) <= '9')
            || (source.charAt(end) == '_' && end > from))) {
      end++;
    }
    return end;
  }

  private void string(char quote) {
    int end = at + 1;
    while (end < source.length() && source.charAt(end) != quote) {
      end += source.charAt(end) == '\\' ? 2 : 1;
    }
    if (end >= source.length()) {
      throw wrong("expected the end of a string, found the end of the template");
    }
    add(Token.Type.STRING, Text.unescaped(source.substring(at + 1, end)));
    at = end + 1;
  }
}
