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
import org.gta4j.train.batch.TokenBatches;

/** Text files as one run of tokens, document after document. */
final class TextTokens {
  /** What stands between documents of a file. */
  static final String SEPARATOR = "<|endoftext|>";

  private TextTokens() {}

  /**
   * The tokens of files: each document with the token that begins texts before it and the one that
   * ends them behind it, as far as the tokenizer has them. Documents are tokenized in parallel.
   */
  static int[] read(Terminal terminal, List<String> files, Tokenizer tokenizer) {
    List<String> documents = files.stream().flatMap(TextTokens::documents).toList();
    if (documents.isEmpty()) {
      throw new RefusedException(
          "--data: there is no text in %s".formatted(String.join(", ", files)));
    }
    AtomicLong done = new AtomicLong();
    try (Progress progress = new Progress(terminal, "tokenizing", documents.size(), "documents")) {
      int[][] tokens =
          documents.parallelStream()
              .map(document -> {
                int[] ids = framed(tokenizer, document);
                progress.at(done.incrementAndGet());
                return ids;
              })
              .toArray(int[][]::new);
      return Arrays.stream(tokens).flatMapToInt(Arrays::stream).toArray();
    }
  }

  /**
   * The sequences of files' tokens.
   *
   * @param option what named the files, for messages
   * @param length tokens a sequence
   * @param seed of the order
   */
  static TokenBatches batches(
      String option,
      Terminal terminal,
      List<String> files,
      Tokenizer tokenizer,
      int length,
      long seed) {
    int[] tokens = read(terminal, files, tokenizer);
    if (tokens.length <= length) {
      throw new RefusedException(
          "%s: %s has %d tokens, and a sequence takes %d: give more text, or a shorter --sequence"
              .formatted(option, String.join(", ", files), tokens.length, length + 1));
    }
    return new TokenBatches(tokens, length, seed);
  }

  private static Stream<String> documents(String name) {
    Path file = Path.of(name);
    if (!Files.isRegularFile(file)) {
      throw new RefusedException("--data: %s: there is no such file".formatted(file));
    }
    try {
      return Arrays.stream(
              Files.readString(file, StandardCharsets.UTF_8).split(Pattern.quote(SEPARATOR)))
          .map(String::strip)
          .filter(document -> !document.isEmpty());
    } catch (CharacterCodingException e) {
      throw new RefusedException("--data: %s: this is no UTF-8 text".formatted(file), e);
    } catch (IOException e) {
      throw new RefusedException(
          "--data: %s: cannot be read: %s".formatted(file, e.getMessage()), e);
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
