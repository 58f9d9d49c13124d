package org.gta4j.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** Headers of GGUF files for tests of what reads their metadata. */
public final class GgufHeaders {
  private GgufHeaders() {}

  /** The metadata of a file. */
  public static GgufMetadata metadata(Path file) {
    try (InputFile input = InputFile.open(file);
        Arena arena = Arena.ofConfined()) {
      return metadata(file.toString(), input.map(0, input.size(), arena));
    }
  }

  /** The metadata in a file's bytes. */
  public static GgufMetadata metadata(String file, MemorySegment bytes) {
    return GgufHeader.read(file, bytes).metadata();
  }
}
