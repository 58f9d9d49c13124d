package org.gta4j.cache.disk;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.Set;
import java.util.zip.CRC32C;
import org.gta4j.cache.BlockStore;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.StoreTraffic;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.InputFile;
import org.gta4j.checkpoint.TemporaryOutput;
import org.gta4j.checkpoint.UnfinishedFiles;

/**
 * Blocks in one file of slots, which grows to a limit. The file has a temporary name and goes when
 * this is closed, or the process ends; what killed processes have left is deleted by the next one
 * that uses the folder. Only its owner can read it.
 *
 * <p>A slot's checksum stays in memory, since the file means nothing without what is there anyway:
 * so a slot that was exchanged for another valid one is noticed too. A damaged slot is a warning
 * and a miss. When the disk is full, or the file cannot be used any more, this closes itself with a
 * warning, and what waits for blocks computes them again. A thread that is interrupted while it
 * writes or reads ends it too, as Java's files are made.
 */
public final class DiskTier implements BlockStore {
  /** The unit that disks and the system's cache of them write. */
  private static final int PAGE_BYTES = 4096;

  private static final System.Logger LOG = System.getLogger(DiskTier.class.getName());

  private final Path file;
  private final FileChannel channel;
  private final long blockBytes;
  private final long slotBytes;
  private final int maxSlots;
  private int[] checksums = new int[8];
  private int[] free = new int[8];
  private int freeCount;
  private int created;
  private boolean open = true;
  private long bytesOut;
  private long bytesIn;
  private long nanosOut;
  private long nanosIn;

  private DiskTier(Path file, FileChannel channel, CacheLayout layout, int maxSlots) {
    this.file = file;
    this.channel = channel;
    this.maxSlots = maxSlots;
    blockBytes = layout.blockBytes();
    slotBytes = slotBytes(layout);
  }

  private static long slotBytes(CacheLayout layout) {
    return Math.ceilDiv(layout.blockBytes(), PAGE_BYTES) * (long) PAGE_BYTES;
  }

  /**
   * An empty one.
   *
   * @param folder where its file is; made if it is not there
   * @param maxBytes how large the file may become
   * @param layout what a block holds
   * @throws IllegalArgumentException if not even one block may be in it
   * @throws CheckpointException if there can be no file
   */
  public static DiskTier open(Path folder, long maxBytes, CacheLayout layout) {
    long slots = maxBytes / slotBytes(layout);
    if (slots < 1) {
      throw new IllegalArgumentException(
          "%s: expected room for at least one block of the cache, %d bytes, found %d"
              .formatted(folder, slotBytes(layout), maxBytes));
    }
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new CheckpointException(folder + ": expected a folder for blocks of the cache");
    }
    Path place = folder.toAbsolutePath().resolve("prefix-cache");
    Path file = TemporaryOutput.beside(place);
    try {
      Files.createDirectories(folder);
      TemporaryOutput.clear(place);
      UnfinishedFiles.add(file);
      FileChannel channel =
          FileChannel.open(
              file,
              Set.of(
                  StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
              ownersOnly(folder));
      TemporaryOutput.hold(channel);
      return new DiskTier(file, channel, layout, (int) Math.min(slots, Integer.MAX_VALUE - 8));
    } catch (IOException e) {
      UnfinishedFiles.delete(file);
      throw new CheckpointException(
          "%s: no blocks of the cache can be kept there: %s".formatted(folder, InputFile.reason(e)),
          e);
    }
  }

  /** What people have said is in it. */
  private static FileAttribute<?>[] ownersOnly(Path folder) throws IOException {
    return Files.getFileStore(folder).supportsFileAttributeView(PosixFileAttributeView.class)
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(
              Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE))
        }
        : new FileAttribute<?>[0];
  }

  /** How many blocks it has room for. */
  public int maxBlocks() {
    return maxSlots;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public boolean isFull() {
    return !open || (freeCount == 0 && created == maxSlots);
  }

  @Override
  public OptionalInt write(MemorySegment block) {
    requireWhole(block);
    if (isFull()) {
      return OptionalInt.empty();
    }
    long begin = System.nanoTime();
    int slot = freeCount > 0 ? free[freeCount - 1] : created;
    ByteBuffer bytes = block.asByteBuffer();
    long at = slot * slotBytes;
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes, at + bytes.position());
      }
    } catch (IOException e) {
      giveUp("written", e);
      return OptionalInt.empty();
    }
    if (slot == created) {
      created++;
      if (created > checksums.length) {
        checksums = Arrays.copyOf(checksums, created * 2);
      }
    } else {
      freeCount--;
    }
    checksums[slot] = checksum(block);
    bytesOut += blockBytes;
    nanosOut += System.nanoTime() - begin;
    return OptionalInt.of(slot);
  }

  @Override
  public boolean read(int slot, MemorySegment block) {
    requireWhole(block);
    if (!open) {
      return false;
    }
    long begin = System.nanoTime();
    ByteBuffer bytes = block.asByteBuffer();
    long at = slot * slotBytes;
    try {
      int count = 0;
      while (bytes.hasRemaining() && count >= 0) {
        count = channel.read(bytes, at + bytes.position());
      }
    } catch (IOException e) {
      giveUp("read", e);
      return false;
    }
    if (bytes.hasRemaining() || checksum(block) != checksums[slot]) {
      LOG.log(
          Level.WARNING,
          "%s: slot %d is not what was written to it; its tokens are computed again"
              .formatted(file, slot));
      return false;
    }
    bytesIn += blockBytes;
    nanosIn += System.nanoTime() - begin;
    return true;
  }

  private void requireWhole(MemorySegment block) {
    if (block.byteSize() != blockBytes) {
      throw new IllegalArgumentException(
          "expected a block of %d bytes, found %d".formatted(blockBytes, block.byteSize()));
    }
  }

  private static int checksum(MemorySegment block) {
    CRC32C crc = new CRC32C();
    crc.update(block.asByteBuffer());
    return (int) crc.getValue();
  }

  private void giveUp(String what, IOException e) {
    LOG.log(
        Level.WARNING,
        "%s: cannot be %s: %s; blocks of the cache are no longer kept on the disk"
            .formatted(file, what, InputFile.reason(e)));
    close();
  }

  @Override
  public void free(int slot) {
    if (freeCount == free.length) {
      free = Arrays.copyOf(free, freeCount * 2);
    }
    free[freeCount++] = slot;
  }

  @Override
  public StoreTraffic traffic() {
    return new StoreTraffic(bytesOut, bytesIn, nanosOut, nanosIn);
  }

  /** Deletes the file. */
  @Override
  public void close() {
    if (!open) {
      return;
    }
    open = false;
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing in it is wanted any more.
    }
    UnfinishedFiles.delete(file);
  }
}
