package org.gta4j.cli.training;

import java.util.List;
import org.gta4j.cli.Setting;
import org.gta4j.cli.UsageException;
import org.gta4j.cli.Verb;

/** The options that name files of texts, and the field of them that is the text. */
final class TextOptions {
  private static final String FILES =
      "A text, UTF-8, in which '<|endoftext|>' separates documents; .gz, .xz and .zst of one; .jsonl; .parquet. May be given several times.";

  private final Setting<List<String>> data;
  private final Setting<String> field =
      Setting.text(
          "--field",
          "NAME",
          "The field of JSON lines, or the column of Parquet, that is the text (default: text).");

  private TextOptions(String description) {
    data = Setting.texts("--data", "FILE", description);
  }

  /** Of a verb that takes texts. */
  static TextOptions ofTexts() {
    return new TextOptions(FILES);
  }

  /** Of a verb that takes texts, and something else, which {@code other} says. */
  static TextOptions ofTextsOr(String other) {
    return new TextOptions(FILES + " " + other);
  }

  /** Of a verb whose files may be something else first of all, which {@code description} says. */
  static TextOptions of(String description) {
    return new TextOptions(description);
  }

  /** Of a verb whose file may name texts already. */
  static TextOptions insteadOfTheFiles() {
    return new TextOptions("A text to learn, instead of the file's.");
  }

  void addTo(Verb verb) {
    verb.add(data, field);
  }

  /** The option that names the files. */
  Setting<List<String>> data() {
    return data;
  }

  /** The field's name, where the user gave none {@code absent}. */
  String field(String absent) {
    return field.or(absent);
  }

  /**
   * What {@code --data} names.
   *
   * @throws UsageException if it names nothing
   */
  TextTokens texts() {
    List<String> files = data.or(List.of());
    if (files.isEmpty()) {
      throw UsageException.of(data.name(), "a text file", "none");
    }
    return texts(data.name(), files);
  }

  /** Files that another option names. */
  TextTokens texts(String option, List<String> files) {
    return new TextTokens(option, files, field(TextTokens.USUAL_FIELD));
  }
}
