package org.gta4j.data.shard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import org.gta4j.checkpoint.AtomicOutput;
import org.gta4j.checkpoint.TemporaryOutput;
import org.gta4j.checkpoint.UnfinishedFiles;
import org.gta4j.data.DataException;

/**
 * A folder of shards that appears whole or not at all: it is made beside its place. Closing it
 * unfinished leaves nothing, nor does ending the process; what a killed one has left is deleted by
 * the next that makes the same folder.
 */
public final class ShardFolder implements AutoCloseable {
  private final Path place;
  private final Path unfinished;
  private final FileChannel index;
  private boolean finished;

  /**
   * Begins a folder.
   *
   * @param folder what must not exist yet
   * @throws DataException if it exists or cannot be written
   */
  @SuppressWarnings("MustBeClosedChecker") // close closes it
  public ShardFolder(Path folder) {
    if (Files.exists(folder)) {
      throw new DataException("%s: it is there already: choose another folder".formatted(folder));
    }
    place = folder;
    TemporaryOutput.clear(folder);
    unfinished = TemporaryOutput.beside(folder.toAbsolutePath());
    UnfinishedFiles.addFolder(unfinished);
    try {
      Files.createDirectories(unfinished);
      index =
          FileChannel.open(
              unfinished.resolve(ShardIndex.NAME),
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.WRITE);
      TemporaryOutput.hold(index);
    } catch (IOException e) {
      UnfinishedFiles.deleteFolder(unfinished);
      throw failed(e);
    }
  }

  /** Where files go until it is finished. */
  public Path unfinished() {
    return unfinished;
  }

  /** What is told where something cannot be written. */
  DataException failed(IOException e) {
    return new DataException("%s: cannot be written: %s".formatted(place, e.getMessage()), e);
  }

  /**
   * Puts the folder in its place, with its index; what is none of its shards is deleted.
   *
   * @throws DataException if it cannot be written
   */
  public void finish(ShardIndex written) {
    try {
      Set<String> names = new HashSet<>(Set.of(ShardIndex.NAME));
      written.shards().forEach(shard -> names.add(shard.name()));
      try (DirectoryStream<Path> files = Files.newDirectoryStream(unfinished)) {
        for (Path file : files) {
          if (!names.contains(String.valueOf(file.getFileName()))) {
            Files.deleteIfExists(file);
          }
        }
      }
      AtomicOutput.writeFully(index, ByteBuffer.wrap(written.toJson()));
      index.force(true);
      Files.move(unfinished, place, StandardCopyOption.ATOMIC_MOVE);
      UnfinishedFiles.finished(unfinished);
      finished = true;
      index.close();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public void close() {
    if (finished) {
      return;
    }
    try {
      index.close();
    } catch (IOException e) {
      throw failed(e);
    } finally {
      UnfinishedFiles.deleteFolder(unfinished);
    }
  }
}
