package org.gta4j.data.shard;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.gta4j.checkpoint.AtomicOutput;
import org.gta4j.checkpoint.TemporaryOutput;
import org.gta4j.checkpoint.UnfinishedFiles;
import org.gta4j.data.DataException;

/**
 * Writes tokens into shards, beside their place until all are there: a folder appears whole or not
 * at all. Closing it unfinished leaves nothing, nor does ending the process.
 */
public final class ShardWriter implements AutoCloseable {
  private static final int BUFFER = 1 << 20;

  private final Path place;
  private final Path unfinished;
  private final int vocabulary;
  private final String tokenizer;
  private final long shardTokens;
  private final ByteBuffer buffer;
  private final int tokenBytes;
  private final List<ShardIndex.Shard> shards = new ArrayList<>();
  private CRC32C checksum = new CRC32C();
  private final FileChannel index;
  private FileChannel channel;
  private long inShard;
  private long documents;
  private boolean finished;

  /**
   * Begins a folder.
   *
   * @param folder what must not exist yet
   * @param vocabulary ids go from 0 to this minus 1; up to 65 536 take two bytes each
   * @param tokenizer what tells the tokenizer from others
   * @param shardTokens tokens a file
   * @throws DataException if it exists or cannot be written
   */
  public ShardWriter(Path folder, int vocabulary, String tokenizer, long shardTokens) {
    if (shardTokens < 1) {
      throw new IllegalArgumentException(
          "tokens a shard: expected at least 1, found " + shardTokens);
    }
    if (Files.exists(folder)) {
      throw new DataException("%s: it is there already: choose another folder".formatted(folder));
    }
    place = folder;
    this.vocabulary = vocabulary;
    this.tokenizer = tokenizer;
    this.shardTokens = shardTokens;
    tokenBytes = ShardIndex.tokenBytes(vocabulary);
    buffer = ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
    TemporaryOutput.clear(folder);
    unfinished = TemporaryOutput.beside(folder.toAbsolutePath());
    UnfinishedFiles.addFolder(unfinished);
    try {
      Files.createDirectories(unfinished);
      index = open(ShardIndex.NAME);
      TemporaryOutput.hold(index);
    } catch (IOException e) {
      UnfinishedFiles.deleteFolder(unfinished);
      throw failed(e);
    }
    try {
      channel = open(name());
    } catch (IOException e) {
      try (index) {
        UnfinishedFiles.deleteFolder(unfinished);
      } catch (IOException closing) {
        e.addSuppressed(closing);
      }
      throw failed(e);
    }
  }

  private FileChannel open(String name) throws IOException {
    return FileChannel.open(
        unfinished.resolve(name), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  }

  private String name() {
    return String.format(Locale.ROOT, "shard-%05d.bin", shards.size());
  }

  private DataException failed(IOException e) {
    return new DataException("%s: cannot be written: %s".formatted(place, e.getMessage()), e);
  }

  /** Counts documents. */
  public void endDocuments(long count) {
    documents += count;
  }

  /**
   * Writes tokens behind those before.
   *
   * @throws IllegalArgumentException if one is beyond the vocabulary
   * @throws DataException if it cannot be written
   */
  public void write(int... tokens) {
    try {
      for (int token : tokens) {
        if (token < 0 || token >= vocabulary) {
          throw new IllegalArgumentException(
              "expected token ids from 0 to %d, found %d".formatted(vocabulary - 1, token));
        }
        if (inShard == shardTokens) {
          endShard();
          channel = open(name());
        }
        if (buffer.remaining() < tokenBytes) {
          flush();
        }
        if (tokenBytes == Short.BYTES) {
          buffer.putShort((short) token);
        } else {
          buffer.putInt(token);
        }
        inShard++;
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void flush() throws IOException {
    buffer.flip();
    checksum.update(buffer.duplicate());
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }

  private void endShard() throws IOException {
    flush();
    channel.force(true);
    channel.close();
    shards.add(
        new ShardIndex.Shard(
            name(), inShard, String.format(Locale.ROOT, "%08x", checksum.getValue())));
    checksum = new CRC32C();
    inShard = 0;
  }

  /**
   * Puts the folder in its place.
   *
   * @throws DataException if there were no tokens, or it cannot be written
   */
  public ShardIndex finish() {
    try {
      if (inShard == 0 && shards.isEmpty()) {
        throw new DataException("%s: expected tokens to write, found none".formatted(place));
      }
      endShard();
      ShardIndex written = new ShardIndex(vocabulary, tokenizer, tokenBytes, documents, shards);
      AtomicOutput.writeFully(index, ByteBuffer.wrap(written.toJson()));
      index.force(true);
      Files.move(unfinished, place, StandardCopyOption.ATOMIC_MOVE);
      UnfinishedFiles.finished(unfinished);
      finished = true;
      index.close();
      return written;
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
      channel.close();
      index.close();
    } catch (IOException e) {
      throw failed(e);
    } finally {
      UnfinishedFiles.deleteFolder(unfinished);
    }
  }
}
