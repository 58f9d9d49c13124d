package org.gta4j.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Texts that users give as files, or, under the name {@code -}, on standard input. */
final class TextFiles {
  /** What a Java text can hold in the worst case, with room for what is made of it. */
  private static final long MAX_BYTES = 1L << 30;

  private TextFiles() {}

  /** The whole text that an option names. */
  static String read(Setting<String> option) {
    byte[] bytes;
    try {
      bytes =
          isStandardInput(option)
              ? readAll(label(option), System.in)
              : readFile(Check.path(option));
    } catch (IOException e) {
      throw new RefusedException(label(option) + ": " + Sentences.reason(e), e);
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new RefusedException(
          label(option) + ": expected a text in UTF-8, found other bytes", e);
    }
  }

  private static byte[] readFile(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new RefusedException(file + ": expected a file, found a folder");
    }
    try (InputStream stream = Files.newInputStream(file)) {
      return readAll(file.toString(), stream);
    }
  }

  private static byte[] readAll(String name, InputStream stream) throws IOException {
    byte[] bytes = stream.readNBytes((int) MAX_BYTES);
    if (stream.read() >= 0) {
      throw new RefusedException(
          "%s: expected a text of at most %d bytes, found more".formatted(name, MAX_BYTES));
    }
    return bytes;
  }

  private static boolean isStandardInput(Setting<String> option) {
    return option.or("").equals("-");
  }

  /** What errors call it. */
  static String label(Setting<String> option) {
    return isStandardInput(option) ? "standard input" : option.or("");
  }

  /** Whether an option names that file. */
  static boolean isSame(Setting<String> option, Path file) {
    if (!option.isGiven() || isStandardInput(option)) {
      return false;
    }
    try {
      return Files.isSameFile(Check.path(option), file);
    } catch (IOException e) {
      return false; // What cannot be looked at will not be read either.
    }
  }
}
