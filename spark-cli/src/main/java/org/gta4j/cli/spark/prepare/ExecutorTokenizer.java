package org.gta4j.cli.spark.prepare;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.data.TokenizerFiles;
import org.gta4j.tokenizer.Tokenizer;

/** The tokenizers of this process, which its tasks share. */
final class ExecutorTokenizer {
  private static final Map<String, TokenizerFiles> KNOWN = new HashMap<>();

  private ExecutorTokenizer() {}

  /**
   * The tokenizer at a path.
   *
   * @param checksum of the one that is meant
   * @throws RefusedException if there is none here, or another one
   */
  static Tokenizer at(String path, String checksum) {
    synchronized (KNOWN) {
      TokenizerFiles found = KNOWN.computeIfAbsent(path, key -> TokenizerFiles.read(Path.of(key)));
      if (!found.checksum().equals(checksum)) {
        KNOWN.remove(path);
        throw new RefusedException(
            "--tokenizer: %s: expected the same file where tasks run (checksum %s), found another one (%s)"
                .formatted(path, checksum, found.checksum()));
      }
      return found.tokenizer();
    }
  }
}
