package org.gta4j.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.gta4j.checkpoint.GgufMetadata;
import org.gta4j.checkpoint.GgufValue;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A GGUF file's metadata for people, with long lists and texts cut, and whole for programs. */
final class MetadataView {
  private static final int SHOWN_ITEMS = 6;
  private static final int SHOWN_CHARACTERS = 60;

  private MetadataView() {}

  /** A line for each key: its name, what kind of value it has, and that. */
  static List<String[]> rows(GgufMetadata metadata) {
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"metadata", "kind", "value"});
    metadata
        .values()
        .forEach((key, value) -> rows.add(new String[] {cut(key), kind(value), text(value)}));
    return rows;
  }

  private static String kind(GgufValue value) {
    return switch (value) {
      case GgufValue.Whole ignored -> "integer";
      case GgufValue.Real ignored -> "number";
      case GgufValue.Flag ignored -> "bool";
      case GgufValue.Text ignored -> "text";
      case GgufValue.Texts list -> "text[%d]".formatted(list.values().size());
      case GgufValue.Wholes list -> "integer[%d]".formatted(list.values().length);
      case GgufValue.Reals list -> "number[%d]".formatted(list.values().length);
      case GgufValue.Others list -> "list[%d]".formatted(list.values().size());
    };
  }

  private static String text(GgufValue value) {
    return switch (value) {
      case GgufValue.Whole whole -> Long.toString(whole.value());
      case GgufValue.Real real -> real(real.value());
      case GgufValue.Flag flag -> Boolean.toString(flag.value());
      case GgufValue.Text text -> quoted(text.value());
      case GgufValue.Texts list -> list(list.values().size(), i -> quoted(list.values().get(i)));
      case GgufValue.Wholes list ->
          list(list.values().length, i -> Integer.toString(list.values()[i]));
      case GgufValue.Reals list -> list(list.values().length, i -> real(list.values()[i]));
      case GgufValue.Others list -> list(list.values().size(), i -> text(list.values().get(i)));
    };
  }

  /** Metadata are f32 mostly, which a double's digits would not look like. */
  private static String real(double value) {
    return value == (float) value ? Float.toString((float) value) : Double.toString(value);
  }

  private static String list(int count, IntFunction<String> item) {
    List<String> shown = new ArrayList<>();
    for (int i = 0; i < Math.min(count, SHOWN_ITEMS); i++) {
      shown.add(item.apply(i));
    }
    if (count > SHOWN_ITEMS) {
      shown.add("...");
    }
    return "[%s]".formatted(String.join(", ", shown));
  }

  private static String quoted(String text) {
    return "\"%s\"".formatted(cut(text));
  }

  /** Cut to a length people read, and without what would steer a terminal. */
  private static String cut(String text) {
    StringBuilder line = new StringBuilder();
    text.codePoints()
        .limit(SHOWN_CHARACTERS)
        .forEach(character -> {
          switch (Character.getType(character)) {
            case Character.CONTROL,
                Character.FORMAT,
                Character.LINE_SEPARATOR,
                Character.PARAGRAPH_SEPARATOR,
                Character.SURROGATE,
                Character.UNASSIGNED ->
                line.append(character == '\n' ? "\\n" : "\\u{%x}".formatted(character));
            default -> line.appendCodePoint(character);
          }
        });
    return text.codePointCount(0, text.length()) > SHOWN_CHARACTERS
        ? line + "..."
        : line.toString();
  }

  /** Every key with its whole value; numbers that JSON does not have become texts. */
  static void write(GgufMetadata metadata, ObjectNode json) {
    metadata
        .values()
        .forEach((key, value) -> {
          ArrayNode holder = json.arrayNode();
          add(value, holder);
          json.set(key, holder.get(0));
        });
  }

  private static void add(GgufValue value, ArrayNode to) {
    switch (value) {
      case GgufValue.Whole whole -> to.add(whole.value());
      case GgufValue.Real real -> addReal(real.value(), to);
      case GgufValue.Flag flag -> to.add(flag.value());
      case GgufValue.Text text -> to.add(text.value());
      case GgufValue.Texts list -> {
        ArrayNode items = to.addArray();
        list.values().forEach(items::add);
      }
      case GgufValue.Wholes list -> {
        ArrayNode items = to.addArray();
        for (int item : list.values()) {
          items.add(item);
        }
      }
      case GgufValue.Reals list -> {
        ArrayNode items = to.addArray();
        for (float item : list.values()) {
          addReal(item, items);
        }
      }
      case GgufValue.Others list -> {
        ArrayNode items = to.addArray();
        list.values().forEach(item -> add(item, items));
      }
    }
  }

  private static void addReal(double value, ArrayNode to) {
    if (!Double.isFinite(value)) {
      to.add(Double.toString(value));
    } else if (value == (float) value) {
      to.add((float) value);
    } else {
      to.add(value);
    }
  }
}
