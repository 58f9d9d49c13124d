package org.gta4j.cache.disk;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.gta4j.cache.BlockStore;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.StoreTraffic;
import org.gta4j.cache.Transfer;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.InputFile;
import org.gta4j.checkpoint.OwnersOnly;
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
 *
 * <p>Not thread-safe; what {@link #beginWrite} and {@link #beginRead} begin is done by a thread of
 * this tier's own, which touches nothing but the file and the block.
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

  /** What is moved beside the caller's work is moved here, one block after the other. */
  private final ExecutorService thread =
      new ThreadPoolExecutor(
          0,
          1,
          10,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          Thread.ofPlatform().name("gta4j-disk").daemon(true).factory());

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
              OwnersOnly.attributes(folder));
      TemporaryOutput.hold(channel);
      return new DiskTier(file, channel, layout, (int) Math.min(slots, Integer.MAX_VALUE - 8));
    } catch (IOException e) {
      UnfinishedFiles.delete(file);
      throw new CheckpointException(
          "%s: no blocks of the cache can be kept there: %s".formatted(folder, InputFile.reason(e)),
          e);
    }
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
    Optional<Transfer> begun = begin(block, Runnable::run);
    return begun.isPresent() && begun.get().finish()
        ? OptionalInt.of(begun.get().slot())
        : OptionalInt.empty();
  }

  @Override
  public Optional<Transfer> beginWrite(MemorySegment block) {
    return begin(block, thread);
  }

  private Optional<Transfer> begin(MemorySegment block, Executor where) {
    requireWhole(block);
    if (isFull()) {
      return Optional.empty();
    }
    int slot = takeSlot();
    long at = slot * slotBytes;
    return Optional.of(
        new Moving(
            slot,
            () -> {
              ByteBuffer bytes = block.asByteBuffer();
              while (bytes.hasRemaining()) {
                channel.write(bytes, at + bytes.position());
              }
              return checksum(block);
            },
            where) {
          @Override
          boolean end(int checksum, long nanos) {
            checksums[slot] = checksum;
            bytesOut += blockBytes;
            nanosOut += nanos;
            return true;
          }

          @Override
          void failed(IOException e) {
            giveUp("written", e);
          }
        });
  }

  private int takeSlot() {
    if (freeCount > 0) {
      return free[--freeCount];
    }
    if (created == checksums.length) {
      checksums = Arrays.copyOf(checksums, created * 2);
    }
    return created++;
  }

  @Override
  public boolean read(int slot, MemorySegment block) {
    return begin(slot, block, Runnable::run).finish();
  }

  @Override
  public Transfer beginRead(int slot, MemorySegment block) {
    return begin(slot, block, thread);
  }

  private Transfer begin(int slot, MemorySegment block, Executor where) {
    requireWhole(block);
    if (!open) {
      return new Transfer.Done(slot, false);
    }
    int expected = checksums[slot];
    long at = slot * slotBytes;
    return new Moving(
        slot,
        () -> {
          ByteBuffer bytes = block.asByteBuffer();
          int count = 0;
          while (bytes.hasRemaining() && count >= 0) {
            count = channel.read(bytes, at + bytes.position());
          }
          return bytes.hasRemaining() ? ~expected : checksum(block);
        },
        where) {
      @Override
      boolean end(int checksum, long nanos) {
        if (checksum != expected) {
          LOG.log(
              Level.WARNING,
              "%s: slot %d is not what was written to it; its tokens are computed again"
                  .formatted(file, slot));
          return false;
        }
        bytesIn += blockBytes;
        nanosIn += nanos;
        return true;
      }

      @Override
      void failed(IOException e) {
        giveUp("read", e);
      }
    };
  }

  /** A block's way in a thread, and what is noted of it at its end in the tier's. */
  private abstract static class Moving implements Transfer {
    /** What moving gives: the block's checksum. */
    @FunctionalInterface
    interface Move {
      int run() throws IOException;
    }

    private record Moved(int checksum, long nanos) {}

    private final int slot;
    private final FutureTask<Moved> task;

    Moving(int slot, Move move, Executor where) {
      this.slot = slot;
      task =
          new FutureTask<>(() -> {
            long begin = System.nanoTime();
            int checksum = move.run();
            return new Moved(checksum, System.nanoTime() - begin);
          });
      try {
        where.execute(task);
      } catch (RuntimeException | Error e) {
        task.cancel(
            false); // where no thread can be had it waits for one, and its block is another's
        throw e;
      }
    }

    /** Notes what was moved; whether it is what it should be. */
    abstract boolean end(int checksum, long nanos);

    /** Notes that it could not be moved. */
    abstract void failed(IOException e);

    @Override
    public int slot() {
      return slot;
    }

    @Override
    public boolean isDone() {
      return task.isDone();
    }

    @Override
    public boolean finish() {
      boolean wasInterrupted = false;
      try {
        while (true) {
          try {
            Moved moved = task.get();
            return end(moved.checksum(), moved.nanos());
          } catch (InterruptedException e) {
            wasInterrupted = true; // the block's memory is not the caller's before it is done
          } catch (ExecutionException e) {
            switch (Objects.requireNonNull(e.getCause())) {
              case IOException cause -> failed(cause);
              case RuntimeException cause -> throw cause;
              case Error cause -> throw cause;
              default -> throw new IllegalStateException(e);
            }
            return false;
          }
        }
      } finally {
        if (wasInterrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }
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
    if (!open) {
      return; // What else was on its way fails too, and has been told of.
    }
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
    thread.shutdown();
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing in it is wanted any more.
    }
    UnfinishedFiles.delete(file);
  }
}
