package org.gta4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Configurations, read key by key. */
class ConfigFileTest {
  @TempDir private Path folder;

  private ConfigFile config(String json) throws IOException {
    return ConfigFile.read(Files.writeString(folder.resolve("config.json"), json));
  }

  @Test
  void readsWhatIsThereAndTakesNullForAbsent() throws IOException {
    ConfigFile config =
        config(
            """
            {"size": 2147483647, "zero": 0, "number": -1.5e3, "whole": 7, "tiny": 1e-320,
             "flag": true, "text": "a\\u0000b", "texts": ["a", "b"], "id": 3, "ids": [0, 5],
             "object": {"inner": {"size": 4}}, "nothing": null}
            """);
    assertThat(config.size("size")).isEqualTo(Integer.MAX_VALUE);
    assertThat(config.size("nothing", 9)).isEqualTo(9);
    assertThat(config.optionalSize("absent")).isEmpty();
    assertThat(config.count("zero", 5)).isZero();
    assertThat(config.number("number", 0)).isEqualTo(-1500);
    assertThat(config.number("whole", 0)).isEqualTo(7);
    assertThat(config.positive("tiny", 1)).isEqualTo(1e-320);
    assertThat(config.flag("flag", false)).isTrue();
    assertThat(config.flag("nothing", true)).isTrue();
    assertThat(config.text("text")).contains("a\0b");
    assertThat(config.texts("texts")).containsExactly("a", "b");
    assertThat(config.texts("nothing")).isEmpty();
    assertThat(config.ids("id")).containsExactly(3);
    assertThat(config.ids("ids")).containsExactly(0, 5);
    assertThat(config.has("nothing")).isFalse();
    assertThat(config.mentions("nothing")).isTrue();
    assertThat(config.mentions("absent")).isFalse();
    assertThat(config.object("nothing")).isEmpty();
    ConfigFile inner = config.object("object").orElseThrow().object("inner").orElseThrow();
    assertThat(inner.size("size")).isEqualTo(4);
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> inner.size("more"))
        .withMessage(
            config.file() + ": object.inner.more: expected a positive integer, found no such key");
  }

  static Stream<Arguments> wrongValues() {
    String nines = "9".repeat(400);
    return Stream.of(
        wrong("0", c -> c.size("k"), "a positive integer, found 0"),
        wrong("-1", c -> c.size("k"), "a positive integer, found -1"),
        wrong("2147483648", c -> c.size("k"), "a positive integer, found 2147483648"),
        wrong("4294967297", c -> c.size("k"), "a positive integer, found 4294967297"),
        wrong("18446744073709551617", c -> c.size("k", 1), "found 18446744073709551617"),
        wrong("1.0", c -> c.size("k"), "a positive integer, found 1.0"),
        wrong("\"1\"", c -> c.size("k"), "a positive integer, found \"1\""),
        wrong("true", c -> c.optionalSize("k"), "a positive integer, found true"),
        wrong("[1]", c -> c.size("k"), "a positive integer, found [1]"),
        wrong("-1", c -> c.count("k", 0), "an integer that is not negative, found -1"),
        wrong("NaN", c -> c.number("k", 0), "a finite number, found"),
        wrong("-Infinity", c -> c.number("k", 0), "a finite number, found"),
        wrong("1e309", c -> c.number("k", 0), "a finite number, found"),
        wrong(nines, c -> c.number("k", 0), "a finite number, found 9999"),
        wrong("\"x\"", c -> c.number("k", 0), "a finite number, found \"x\""),
        wrong("0", c -> c.positive("k", 1), "a number above 0, found 0.0"),
        wrong("-0.0", c -> c.positive("k", 1), "a number above 0, found -0.0"),
        wrong("1e-400", c -> c.positive("k", 1), "a number above 0, found 0.0"),
        wrong("1", c -> c.flag("k", false), "true or false, found 1"),
        wrong("\"\"", c -> c.flag("k", false), "true or false, found \"\""),
        wrong("1", c -> c.text("k"), "a text, found 1"),
        wrong("\"a\"", c -> c.texts("k"), "a list of texts, found \"a\""),
        wrong("[\"a\", 1]", c -> c.texts("k"), "a list of texts, found [\"a\",1]"),
        wrong("[1, -1]", c -> c.ids("k"), "a token id or a list of token ids, found [1,-1]"),
        wrong("{}", c -> c.ids("k"), "a token id or a list of token ids, found {}"),
        wrong("[]", c -> c.object("k"), "an object, found []"));
  }

  private static Arguments wrong(String value, Consumer<ConfigFile> read, String message) {
    return Arguments.of(value, read, message);
  }

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("wrongValues")
  void wrongValuesAreRefused(String value, Consumer<ConfigFile> read, String message)
      throws IOException {
    ConfigFile config = config("{\"k\": " + value + "}");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> read.accept(config))
        .withMessageStartingWith(config.file() + ": k: expected ")
        .withMessageContaining(message);
  }

  @Test
  void whatIsNoObjectIsRefused() throws IOException {
    for (String json :
        new String[] {
          "",
          " ",
          "[]",
          "null",
          "1",
          "\"x\"",
          "{",
          "{}}",
          "{} {}",
          "{\"a\": 1, \"a\": 1}",
          "{\"a\": 01}",
          "{'a': 1}",
          "{\"a\": {\"b\": 1, \"b\": 2}}",
          "[".repeat(100_000),
          "{\"a\":".repeat(100_000),
          "{\"" + "x".repeat(100_000) + "\": 1}",
          "\0\0\0\0"
        }) {
      assertThatExceptionOfType(CheckpointException.class)
          .as(json.substring(0, Math.min(json.length(), 40)))
          .isThrownBy(() -> config(json))
          .withMessageStartingWith(
              folder.resolve("config.json") + ": content: expected a JSON object, found ");
    }
    Files.write(folder.resolve("config.json"), new byte[5 << 20]);
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> ConfigFile.read(folder.resolve("config.json")))
        .withMessageEndingWith(": size: expected at most 4194304 bytes, found 5242880");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> ConfigFile.read(folder.resolve("none")))
        .withMessage(folder.resolve("none") + ": there is no such file");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> ConfigFile.read(folder))
        .withMessage(folder + ": expected a file, found a folder");
  }

  @Test
  void otherUnicodeEncodingsAreReadAsJsonAllowsThem() throws IOException {
    for (var charset :
        new java.nio.charset.Charset[] {
          StandardCharsets.UTF_8, StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE
        }) {
      Path file =
          Files.write(folder.resolve("config.json"), "{\"k\": \"\u00e9\"}".getBytes(charset));
      assertThat(ConfigFile.read(file).text("k")).contains("\u00e9");
    }
  }
}
