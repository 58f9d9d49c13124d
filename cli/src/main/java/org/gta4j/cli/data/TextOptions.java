package org.gta4j.cli.data;

import java.util.List;
import org.gta4j.cli.Setting;
import org.gta4j.cli.UsageException;
import org.gta4j.cli.Verb;

/** The options that name files of texts, and the field of them that is the text. */
public final class TextOptions {
  /** The field of JSON lines and Parquet where nobody names one. */
  public static final String USUAL_FIELD = "text";

  private static final String FILES =
      "A text, UTF-8, in which '<|endoftext|>' separates documents; .gz, .xz and .zst of one;"
          + " .jsonl; .parquet. May be given several times.";

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
  public static TextOptions ofTexts() {
    return new TextOptions(FILES);
  }

  /** Of a verb that takes texts, and something else, which {@code other} says. */
  public static TextOptions ofTextsOr(String other) {
    return new TextOptions(FILES + " " + other);
  }

  /** Of a verb whose files may be something else first of all, which {@code description} says. */
  public static TextOptions of(String description) {
    return new TextOptions(description);
  }

  /** Of a verb whose file may name texts already. */
  public static TextOptions insteadOfTheFiles() {
    return new TextOptions("A text to learn, instead of the file's.");
  }

  public void addTo(Verb verb) {
    verb.add(data, field);
  }

  /** The option that names the files. */
  public Setting<List<String>> data() {
    return data;
  }

  /** The field's name, where the user gave none {@code absent}. */
  public String field(String absent) {
    return field.or(absent);
  }

  /**
   * The files that {@code --data} names.
   *
   * @throws UsageException if it names nothing
   */
  public List<String> files() {
    List<String> files = data.or(List.of());
    if (files.isEmpty()) {
      throw UsageException.of(data.name(), "a text file", "none");
    }
    return files;
  }
}
