package org.gta4j.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Maps files into memory, and says in words why one cannot be read. */
final class MappedFile {
  private MappedFile() {}

  /** The whole file, mapped for reading until {@code arena} is closed. */
  static MemorySegment map(Path file, Arena arena) {
    if (Files.isDirectory(file)) {
      throw new CheckpointException(file + ": expected a file, found a folder");
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** The exception that says why {@code file} cannot be read. */
  static CheckpointException unreadable(Path file, IOException e) {
    String why =
        switch (e) {
          case NoSuchFileException ignored -> "there is no such file";
          case AccessDeniedException ignored -> "its permissions do not let it be read";
          default -> "it cannot be read: " + e.getMessage();
        };
    return new CheckpointException(file + ": " + why, e);
  }
}
