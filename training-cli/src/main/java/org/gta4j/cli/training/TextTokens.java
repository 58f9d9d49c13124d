package org.gta4j.cli.training;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.gta4j.cli.Progress;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Terminal;
import org.gta4j.tokenizer.ControlTokens;
import org.gta4j.tokenizer.Tokenizer;

/** Text files as one run of tokens, document after document. */
final class TextTokens {
  /** What stands between documents of a file. */
  static final String SEPARATOR = "<|endoftext|>";

  private TextTokens() {}

  /**
   * The tokens of files: each document with the token that begins texts before it and the one that
   * ends them behind it, as far as the tokenizer has them. Documents are tokenized in parallel.
   *
   * @param option what named the files, for messages
   * @param length tokens of a sequence and the one behind it, of which there is at least one
   */
  static int[] read(
      String option, Terminal terminal, List<String> files, Tokenizer tokenizer, int length) {
    List<String> documents = files.stream().flatMap(file -> documents(option, file)).toList();
    if (documents.isEmpty()) {
      throw new RefusedException(
          "%s: there is no text in %s".formatted(option, String.join(", ", files)));
    }
    AtomicLong done = new AtomicLong();
    int[] tokens;
    try (Progress progress = new Progress(terminal, "tokenizing", documents.size(), "documents")) {
      int[][] parts =
          documents.parallelStream()
              .map(document -> {
                int[] ids = framed(tokenizer, document);
                progress.at(done.incrementAndGet());
                return ids;
              })
              .toArray(int[][]::new);
      tokens = Arrays.stream(parts).flatMapToInt(Arrays::stream).toArray();
    }
    if (tokens.length <= length) {
      throw new RefusedException(
          "%s: %s has %d tokens, and a sequence takes %d: give more text, or a shorter --sequence"
              .formatted(option, String.join(", ", files), tokens.length, length + 1));
    }
    return tokens;
  }

  private static Stream<String> documents(String option, String name) {
    Path file = Path.of(name);
    if (!Files.isRegularFile(file)) {
      throw new RefusedException("%s: %s: there is no such file".formatted(option, file));
    }
    try {
      return Arrays.stream(
              Files.readString(file, StandardCharsets.UTF_8).split(Pattern.quote(SEPARATOR)))
          .map(String::strip)
          .filter(document -> !document.isEmpty());
    } catch (CharacterCodingException e) {
      throw new RefusedException("%s: %s: this is no UTF-8 text".formatted(option, file), e);
    } catch (IOException e) {
      throw new RefusedException(
          "%s: %s: cannot be read: %s".formatted(option, file, e.getMessage()), e);
    }
  }

  private static int[] framed(Tokenizer tokenizer, String document) {
    int[] ids = tokenizer.encode(document, Tokenizer.Framing.NONE, ControlTokens.ESCAPED);
    int begin = only(tokenizer.begin());
    int end = only(tokenizer.end());
    int before = begin >= 0 && begin != end ? 1 : 0;
    int[] framed = new int[before + ids.length + (end >= 0 ? 1 : 0)];
    if (before == 1) {
      framed[0] = begin;
    }
    System.arraycopy(ids, 0, framed, before, ids.length);
    if (end >= 0) {
      framed[framed.length - 1] = end;
    }
    return framed;
  }

  private static int only(OptionalInt id) {
    return id.orElse(-1);
  }
}
