package org.gta4j.cache.disk;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.SequenceCache;
import org.gta4j.checkpoint.AtomicOutput;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.InputFile;
import org.gta4j.checkpoint.ModelFingerprint;

/**
 * A text and its keys and values, from a file: a conversation that goes on where it was left, or a
 * long document that was read once for all. The file has the ids of all tokens and the whole blocks
 * of those that were cached; what was cached behind them, fewer than {@value
 * CacheLayout#BLOCK_TOKENS} tokens, is computed again.
 *
 * <pre>
 * header    {@link SavedHeader}
 * i32       an id each
 * blocks    as they lie in the pool
 * i32       CRC-32C of all before
 * </pre>
 *
 * <p>Numbers are those of the implementation of the operations that wrote them. Another one goes on
 * from there, with results that differ in the last bits from those of a text that it read itself.
 *
 * @param ids the text
 * @param cache keys and values of its first tokens; closed with this
 * @param flavour what they depend on besides the ids, as it was given when they were written
 */
public record SavedSequence(int[] ids, SequenceCache cache, String flavour)
    implements AutoCloseable {
  private static final int CHECKSUM_BYTES = Integer.BYTES;

  /**
   * Writes a text, whole or not at all, for its owner's eyes alone: ids are what people have said.
   *
   * @param file where; what stood there before is replaced
   * @param model whose keys and values they are
   * @param flavour what they depend on besides the ids: a name for the frequencies that keys were
   *     turned by, where those depend on the length of the text, else an empty text
   * @param ids the text; there may be more behind what is cached of it
   * @param cache its keys and values; stays the caller's
   * @throws IllegalArgumentException if more tokens are cached than there are ids
   * @throws CheckpointException if the file cannot be written
   */
  public static void write(
      Path file, ModelFingerprint model, String flavour, int[] ids, SequenceCache cache) {
    if (cache.length() > ids.length) {
      throw new IllegalArgumentException(
          "expected at most the text's %d tokens, found %d".formatted(ids.length, cache.length()));
    }
    BlockPool pool = cache.pool();
    int blocks = cache.length() / CacheLayout.BLOCK_TOKENS;
    byte[] header = new SavedHeader(model, pool.layout(), flavour, ids.length, blocks).toBytes();
    AtomicOutput.writePrivate(
        file,
        channel -> {
          CRC32C crc = new CRC32C();
          write(channel, crc, ByteBuffer.wrap(header));
          ByteBuffer text = ints(ids.length);
          text.asIntBuffer().put(ids);
          write(channel, crc, text);
          for (int i = 0; i < blocks; i++) {
            write(channel, crc, pool.block(cache.block(i)).asByteBuffer());
          }
          AtomicOutput.writeFully(channel, ints(1).putInt((int) crc.getValue()).flip());
        });
  }

  private static void write(FileChannel channel, CRC32C crc, ByteBuffer bytes) throws IOException {
    crc.update(bytes.duplicate());
    AtomicOutput.writeFully(channel, bytes);
  }

  private static ByteBuffer ints(int count) {
    return ByteBuffer.allocate(Math.multiplyExact(count, Integer.BYTES))
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * How many blocks of the pool a file will take, for those who have to make room first.
   *
   * @throws CheckpointException as {@link #read} does, but for what only all of the file can tell
   */
  public static int blocks(Path file, ModelFingerprint model, CacheLayout layout) {
    try (InputFile input = InputFile.open(file)) {
      String name = file.toString();
      return SavedHeader.parse(name, SavedHeader.readBytes(name, input), model, layout).blocks();
    }
  }

  /**
   * Reads a text. Nothing is taken from the pool if this fails.
   *
   * @param file what {@link #write} wrote
   * @param model whose keys and values are wanted
   * @param pool where they go
   * @throws CheckpointException if the file cannot be read, is damaged, was written for another
   *     model, another type or layout of the cache, or has more tokens than the pool can ever hold
   *     or more blocks than it can give now
   */
  public static SavedSequence read(Path file, ModelFingerprint model, BlockPool pool) {
    String name = file.toString();
    CacheLayout layout = pool.layout();
    try (InputFile input = InputFile.open(file)) {
      byte[] head = SavedHeader.readBytes(name, input);
      SavedHeader header = SavedHeader.parse(name, head, model, layout);
      long idBytes = (long) header.tokens() * Integer.BYTES;
      long size = head.length + idBytes + header.blocks() * layout.blockBytes() + CHECKSUM_BYTES;
      // Before anything is taken by what the header says.
      if (input.size() != size) {
        throw CheckpointException.of(
            name,
            "size",
            "%d bytes, for %d tokens and %d blocks"
                .formatted(size, header.tokens(), header.blocks()),
            input.size());
      }
      long room = (long) pool.maxBlocks() * CacheLayout.BLOCK_TOKENS;
      if (header.tokens() > Math.min(room, Integer.MAX_VALUE / Integer.BYTES)) {
        throw CheckpointException.of(
            name, "tokens", "at most %d, as the cache can hold".formatted(room), header.tokens());
      }
      if (header.blocks() > pool.availableBlocks()) {
        throw CheckpointException.of(
            name,
            "blocks",
            "at most %d, as the cache has room for".formatted(pool.availableBlocks()),
            header.blocks());
      }
      return read(name, input, head, header, pool);
    }
  }

  private static SavedSequence read(
      String name, InputFile input, byte[] head, SavedHeader header, BlockPool pool) {
    CRC32C crc = new CRC32C();
    crc.update(head);
    long at = head.length;
    ByteBuffer text = ints(header.tokens());
    input.read(at, text);
    at += text.capacity();
    crc.update(text.flip());
    int[] ids = new int[header.tokens()];
    text.flip().asIntBuffer().get(ids);
    SequenceCache cache = new SequenceCache(pool);
    try {
      int tokens = header.blocks() * CacheLayout.BLOCK_TOKENS;
      cache.reserve(tokens);
      for (int i = 0; i < header.blocks(); i++) {
        MemorySegment block = pool.block(cache.block(i));
        input.read(at, block.asByteBuffer());
        at += block.byteSize();
        crc.update(block.asByteBuffer());
      }
      cache.advance(tokens);
      ByteBuffer checksum = ints(1);
      input.read(at, checksum);
      if (checksum.flip().getInt() != (int) crc.getValue()) {
        throw CheckpointException.of(
            name,
            "checksum",
            "%08x".formatted((int) crc.getValue()),
            "%08x".formatted(checksum.getInt(0)));
      }
      for (int id : ids) {
        if (id < 0) {
          throw CheckpointException.of(name, "tokens", "ids that are not negative", id);
        }
      }
      return new SavedSequence(ids, cache, header.flavour());
    } catch (RuntimeException | Error e) {
      cache.truncate(0);
      throw e;
    }
  }

  /** Lets go of the keys and values. */
  @Override
  public void close() {
    cache.close();
  }
}
