package org.gta4j.cli.training;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Terminal;
import org.gta4j.data.DataException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextTokensTest {
  @TempDir private Path folder = Path.of("");

  private TextTokens texts(String name, byte[] bytes) throws IOException {
    Path file = Files.write(folder.resolve(name), bytes);
    return new TextTokens("--data", List.of(file.toString()), "text");
  }

  @Test
  void whatCannotBeReadIsTheOptionsMistake() throws IOException {
    TextTokens damaged = texts("a.txt", new byte[] {'a', (byte) 0xff});
    assertThatExceptionOfType(RefusedException.class)
        .isThrownBy(() -> damaged.pieces(Terminal.ofProcess(), "reading", portion -> {}))
        .withMessageStartingWith("--data: ")
        .withMessageContaining("a.txt: expected UTF-8");
    TextTokens empty = texts("b.txt", new byte[0]);
    assertThatExceptionOfType(RefusedException.class)
        .isThrownBy(() -> empty.pieces(Terminal.ofProcess(), "reading", portion -> {}))
        .withMessageStartingWith("--data: there is no text in ");
  }

  /** While the file is read, and at its end. */
  @Test
  void whatTheReceiverThrowsIsNot() throws IOException {
    DataException full = new DataException("tokens: cannot be written: no space is left");
    for (int characters : new int[] {10, 1 << 20}) {
      TextTokens texts = texts("a.txt", "a".repeat(characters).getBytes(StandardCharsets.UTF_8));
      assertThatThrownBy(() ->
              texts.pieces(
                  Terminal.ofProcess(),
                  "reading",
                  portion -> {
                    throw full;
                  }))
          .isSameAs(full);
    }
  }
}
