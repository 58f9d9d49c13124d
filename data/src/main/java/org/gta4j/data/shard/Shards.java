package org.gta4j.data.shard;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.gta4j.data.DataException;

/** Tokens of a folder of shards, mapped into memory. Safe for use by several threads. */
public final class Shards implements AutoCloseable {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final long CHUNK = 1 << 24;

  private final ShardIndex index;
  private final Arena arena;
  private final List<MemorySegment> segments = new ArrayList<>();
  private final long[] begins;

  private Shards(Path folder, ShardIndex index, Arena arena) {
    this.index = index;
    this.arena = arena;
    begins = new long[index.shards().size() + 1];
    for (int i = 0; i < index.shards().size(); i++) {
      ShardIndex.Shard shard = index.shards().get(i);
      segments.add(map(folder.resolve(shard.name()), shard));
      begins[i + 1] = begins[i] + shard.tokens();
    }
  }

  /**
   * Opens a folder, and reads all of it once to compare checksums and to look at every token.
   *
   * @throws DataException if a file is missing, of another size, damaged, or has tokens beyond the
   *     vocabulary
   */
  @SuppressWarnings("MustBeClosedChecker") // close closes it
  public static Shards open(Path folder) {
    ShardIndex index = ShardIndex.read(folder);
    Arena arena = Arena.ofShared();
    try {
      return new Shards(folder, index, arena);
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  private MemorySegment map(Path file, ShardIndex.Shard shard) {
    if (!Files.isRegularFile(file)) {
      throw new DataException("%s: the index names it, and there is no such file".formatted(file));
    }
    try (FileChannel channel = FileChannel.open(file)) {
      long bytes = Math.multiplyExact(shard.tokens(), (long) index.tokenBytes());
      if (channel.size() != bytes) {
        throw new DataException(
            "%s: expected %d bytes, as the index says, found %d"
                .formatted(file, bytes, channel.size()));
      }
      MemorySegment segment = channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes, arena);
      String found = checksum(segment);
      if (!found.equals(shard.checksum())) {
        throw new DataException(
            "%s: expected the checksum %s, as the index says, found %s: the file is damaged"
                .formatted(file, shard.checksum(), found));
      }
      requireInVocabulary(file, segment);
      return segment;
    } catch (IOException | ArithmeticException e) {
      throw new DataException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  private void requireInVocabulary(Path file, MemorySegment segment) {
    long count = segment.byteSize() / index.tokenBytes();
    for (long i = 0; i < count; i++) {
      int token = token(segment, i);
      if (token < 0 || token >= index.vocabulary()) {
        throw new DataException(
            "%s: expected token ids from 0 to %d, as the index's vocabulary says, found %d"
                .formatted(file, index.vocabulary() - 1, token));
      }
    }
  }

  private int token(MemorySegment segment, long at) {
    return index.tokenBytes() == Short.BYTES
        ? Short.toUnsignedInt(segment.get(SHORT, at * Short.BYTES))
        : segment.get(INT, at * Integer.BYTES);
  }

  private static String checksum(MemorySegment segment) {
    CRC32C crc = new CRC32C();
    for (long at = 0; at < segment.byteSize(); at += CHUNK) {
      crc.update(segment.asSlice(at, Math.min(CHUNK, segment.byteSize() - at)).asByteBuffer());
    }
    return String.format(Locale.ROOT, "%08x", crc.getValue());
  }

  /** What the folder holds. */
  public ShardIndex index() {
    return index;
  }

  /**
   * Copies tokens.
   *
   * @param from the first one's number among all
   */
  public void copy(long from, int[] to, int at, int count) {
    if (from < 0 || count < 0 || from > begins[begins.length - 1] - count) {
      throw new IllegalArgumentException(
          "expected tokens from 0 to %d, found %d from %d on"
              .formatted(begins[begins.length - 1], count, from));
    }
    int shard = shardOf(from);
    for (int done = 0; done < count; ) {
      long in = from + done - begins[shard];
      int here = (int) Math.min(count - done, begins[shard + 1] - begins[shard] - in);
      copy(segments.get(shard), in, to, at + done, here);
      done += here;
      shard++;
    }
  }

  private void copy(MemorySegment segment, long from, int[] to, int at, int count) {
    for (int i = 0; i < count; i++) {
      to[at + i] = token(segment, from + i);
    }
  }

  private int shardOf(long token) {
    int low = 0;
    int high = segments.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (begins[middle] <= token) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  @Override
  public void close() {
    arena.close();
  }
}
