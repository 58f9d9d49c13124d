package org.gta4j.template;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/**
 * The methods of a text. Places in it are counted in characters, as Python does.
 *
 * @param text the text
 */
record TextMethods(String text, Budget budget) {
  Optional<Callable> named(String name) {
    return Optional.ofNullable(
        switch (name) {
          case "strip" -> a -> Text.strip(text, a.textOr(0, "chars", ""), true, true, budget);
          case "lstrip" -> a -> Text.strip(text, a.textOr(0, "chars", ""), true, false, budget);
          case "rstrip" -> a -> Text.strip(text, a.textOr(0, "chars", ""), false, true, budget);
          case "upper" -> a -> made(text.toUpperCase(Locale.ROOT));
          case "lower", "casefold" -> a -> made(text.toLowerCase(Locale.ROOT));
          case "title" -> a -> made(Text.title(text));
          case "capitalize" -> a -> made(Text.capitalized(text));
          case "swapcase" -> a -> made(swapped(text));
          case "startswith" -> a -> anyOf(a, part -> text.startsWith(part));
          case "endswith" -> a -> anyOf(a, part -> text.endsWith(part));
          case "removeprefix" ->
              a -> {
                String prefix = a.text(0, "prefix");
                return text.startsWith(prefix) ? made(text.substring(prefix.length())) : text;
              };
          case "removesuffix" ->
              a -> {
                String suffix = a.text(0, "suffix");
                return text.endsWith(suffix)
                    ? made(text.substring(0, text.length() - suffix.length()))
                    : text;
              };
          case "split" -> a -> split(a, false);
          case "rsplit" -> a -> split(a, true);
          case "splitlines" -> a -> TextParts.lines(text, a.flag(0, "keepends"), budget);
          case "partition" -> a -> TextParts.partition(text, a.text(0, "sep"), false, budget);
          case "rpartition" -> a -> TextParts.partition(text, a.text(0, "sep"), true, budget);
          case "replace" ->
              a ->
                  TextParts.replace(
                      text,
                      a.text(0, "old"),
                      a.text(1, "new"),
                      a.integerOr(2, "count", -1),
                      budget);
          case "join" -> a -> join(a);
          case "find" -> a -> position(a.text(0, "sub"), a.integerOr(1, "start", 0), false);
          case "rfind" -> a -> position(a.text(0, "sub"), 0, true);
          case "index" ->
              a -> {
                long at = position(a.text(0, "sub"), a.integerOr(1, "start", 0), false);
                if (at < 0) {
                  throw new TemplateException("index: the text is not in the other one");
                }
                return at;
              };
          case "count" -> a -> TextParts.count(text, a.text(0, "sub"), budget);
          case "isdigit", "isdecimal", "isnumeric" -> a -> all(Character::isDigit);
          case "isalpha" -> a -> all(Character::isLetter);
          case "isalnum" -> a -> all(Character::isLetterOrDigit);
          case "isspace" -> a -> all(Text::isSpace);
          case "isupper" -> a -> Tests.isCased(text, false, budget);
          case "islower" -> a -> Tests.isCased(text, true, budget);
          case "center" -> a -> padded(name, a, 2);
          case "ljust" -> a -> padded(name, a, 0);
          case "rjust" -> a -> padded(name, a, 1);
          case "zfill" -> a -> zeros(a.integerOr(0, "width", 0));
          case "format" -> a -> TextFormat.braces(text, a, budget);
          default -> null;
        });
  }

  private String made(String result) {
    budget.take(result.length());
    return result;
  }

  private static String swapped(String text) {
    StringBuilder result = new StringBuilder(text.length());
    text.codePoints()
        .forEach(c ->
            result.appendCodePoint(
                Character.isUpperCase(c) ? Character.toLowerCase(c) : Character.toUpperCase(c)));
    return result.toString();
  }

  private static boolean anyOf(Arguments arguments, Predicate<String> test) {
    if (arguments.required(0, "prefix") instanceof List<?> several) {
      return several.stream().anyMatch(part -> part instanceof String s && test.test(s));
    }
    return test.test(arguments.text(0, "prefix"));
  }

  private Object split(Arguments arguments, boolean fromRight) {
    long most = arguments.integerOr(1, "maxsplit", -1);
    Optional<Object> separator = arguments.get(0, "sep").filter(v -> v != None.NONE);
    return separator.isEmpty()
        ? TextParts.words(text, most, fromRight, budget)
        : TextParts.split(text, arguments.text(0, "sep"), most, fromRight, budget);
  }

  private String join(Arguments arguments) {
    List<Object> items = Values.items(arguments.required(0, "iterable"), budget);
    StringBuilder result = new StringBuilder();
    for (int i = 0; i < items.size(); i++) {
      if (!(items.get(i) instanceof String part)) {
        throw new TemplateException("join: expected texts, found " + Values.kind(items.get(i)));
      }
      budget.take((long) part.length() + text.length());
      result.append(i == 0 ? "" : text).append(part);
    }
    return result.toString();
  }

  private long position(String part, long from, boolean last) {
    budget.search(text, part);
    int characters = text.codePointCount(0, text.length());
    long begin = Math.max(0, from < 0 ? from + characters : from);
    if (begin > characters) {
      return -1;
    }
    int at =
        last ? text.lastIndexOf(part) : text.indexOf(part, text.offsetByCodePoints(0, (int) begin));
    return at < 0 ? -1 : text.codePointCount(0, at);
  }

  private boolean all(IntPredicate test) {
    budget.read(text.length());
    return !text.isEmpty() && text.codePoints().allMatch(test);
  }

  /** Padded on the right (0), on the left (1) or on both sides (2). */
  private String padded(String name, Arguments arguments, int side) {
    long width = Math.max(0, arguments.integerOr(0, "width", 0));
    String fill = arguments.textOr(1, "fillchar", " ");
    if (fill.codePointCount(0, fill.length()) != 1) {
      throw new TemplateException(
          "%s: expected one character to fill with, found %d"
              .formatted(name, fill.codePointCount(0, fill.length())));
    }
    budget.read(text.length());
    long missing = width - text.codePointCount(0, text.length());
    if (missing <= 0) {
      return text;
    }
    budget.take(fill.length(), missing, text.length());
    long left = side == 0 ? 0 : side == 1 ? missing : missing / 2;
    return fill.repeat((int) left) + text + fill.repeat((int) (missing - left));
  }

  private String zeros(long width) {
    long missing = Math.max(0, width) - text.length();
    if (missing <= 0) {
      return text;
    }
    budget.take(width);
    int sign = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
    return text.substring(0, sign) + "0".repeat((int) missing) + text.substring(sign);
  }
}
