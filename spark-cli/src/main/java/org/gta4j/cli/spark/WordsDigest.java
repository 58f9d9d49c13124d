package org.gta4j.cli.spark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.cli.RefusedException;

/**
 * Which tokenizer and chat template a model has: the fingerprint of its numbers does not say, and
 * results depend on it.
 */
final class WordsDigest {
  private static final String IN_METADATA = "tokenizer.";
  private static final List<String> BESIDE =
      List.of("tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja");

  private WordsDigest() {}

  /**
   * The digest of an open model.
   *
   * @throws RefusedException if a file cannot be read
   */
  static String of(Checkpoint checkpoint) {
    MessageDigest digest = sha256();
    checkpoint
        .metadata()
        .ifPresent(metadata ->
            metadata
                .encoded()
                .forEach((key, value) -> {
                  if (key.startsWith(IN_METADATA)) {
                    add(digest, key, value.asByteBuffer());
                  }
                }));
    checkpoint
        .tokenizerFile()
        .ifPresent(file -> {
          add(digest, file);
          BESIDE.forEach(name -> add(digest, file.resolveSibling(name)));
        });
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void add(MessageDigest digest, Path file) {
    try {
      if (Files.isRegularFile(file)) {
        String name = String.valueOf(file.getFileName());
        add(digest, name, ByteBuffer.wrap(Files.readAllBytes(file)));
      }
    } catch (IOException e) {
      throw new RefusedException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static void add(MessageDigest digest, String name, ByteBuffer content) {
    String heading = "\n%s %d\n".formatted(name, content.remaining());
    digest.update(heading.getBytes(StandardCharsets.UTF_8));
    digest.update(content);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
