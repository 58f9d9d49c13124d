package org.gta4j.cli.spark.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.gta4j.cli.RefusedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkLinesTest {
  @TempDir private Path folder = Path.of("");

  private Path written(String text) throws IOException {
    return Files.writeString(folder.resolve("lines.jsonl"), text);
  }

  /** What is said of each line: its number, its text, and whether it is blank. */
  private static List<String> all(Path file, Chunk chunk) throws IOException {
    List<String> found = new ArrayList<>();
    try (ChunkLines lines = new ChunkLines(file, chunk)) {
      while (lines.advance()) {
        found.add(lines.number() + (lines.isBlank() ? " blank " : " ") + lines.text());
      }
      assertThat(lines.advance()).isFalse();
    }
    return found;
  }

  private static Chunk whole(Path file) throws IOException {
    return new Chunk(0, 0, Files.size(file), 1, 1);
  }

  @Test
  void linesEndWhereTheyEnd() throws IOException {
    Path file = written("one\n\n \t\r\nfour\r\nf\u00fcnf \uFFFD");
    assertThat(all(file, whole(file)))
        .containsExactly("1 one", "2 blank ", "3 blank  \t\r", "4 four\r", "5 f\u00fcnf \uFFFD");
    Chunk middle = new Chunk(1, 4, 15, 2, 1);
    assertThat(all(file, middle)).containsExactly("2 blank ", "3 blank  \t\r", "4 four\r");
  }

  @ParameterizedTest
  @ValueSource(ints = {65_534, 65_535, 65_536, 65_537, 131_072, 1_000_000})
  void linesMayBeLongerThanWhatIsReadAtOnce(int length) throws IOException {
    String line = "x".repeat(length);
    Path file = written("%s\nb\n%s\n%s".formatted(line, line, line));
    assertThat(all(file, whole(file)))
        .containsExactly("1 " + line, "2 b", "3 " + line, "4 " + line);
  }

  @Test
  void anyLengthsAreCutAsTheyWereWritten() throws IOException {
    SplittableRandom random = new SplittableRandom(7);
    List<String> texts = new ArrayList<>();
    for (int i = 1; i <= 3000; i++) {
      texts.add(i + " " + "\u00e4".repeat(1 + random.nextInt(i % 100 == 0 ? 40_000 : 60)));
    }
    List<String> lines = texts.stream().map(text -> text.substring(text.indexOf(' ') + 1)).toList();
    Path file = written(String.join("\n", lines));
    assertThat(all(file, whole(file))).isEqualTo(texts);
  }

  @Test
  void bytesThatAreNoTextAreRefused() throws IOException {
    Path file = folder.resolve("bytes");
    Files.write(file, "caf\u00e9\nok".getBytes(StandardCharsets.ISO_8859_1));
    try (ChunkLines lines = new ChunkLines(file, whole(file))) {
      assertThat(lines.advance()).isTrue();
      assertThatThrownBy(lines::text).isInstanceOf(CharacterCodingException.class);
      assertThat(lines.advance()).isTrue();
      assertThat(lines.text()).isEqualTo("ok");
    }
  }

  @Test
  void aFileThatBecameShorterIsSaid() throws IOException {
    Path file = written("one\ntwo\n");
    try (ChunkLines lines = new ChunkLines(file, new Chunk(0, 0, 20, 1, 5))) {
      assertThatThrownBy(
              () -> {
                while (lines.advance()) {
                  assertThat(lines.text()).hasSize(3);
                }
              })
          .isInstanceOf(RefusedException.class)
          .hasMessage(file + ": has become shorter while it was read");
    }
  }
}
