package org.gta4j.cache.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.gta4j.cache.FilledCaches.LAYOUT;
import static org.gta4j.cache.FilledCaches.check;
import static org.gta4j.cache.FilledCaches.filled;
import static org.gta4j.cache.FilledCaches.text;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.PrefixCache;
import org.gta4j.cache.SequenceCache;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.TemporaryOutput;
import org.gta4j.ops.LimitedJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Blocks on a disk, which may be full, or damaged. */
class DiskTierTest {
  private static final int SLOT = 4096;

  @TempDir private Path folder;

  private List<Path> files() throws IOException {
    try (var files = Files.list(folder)) {
      return files.toList();
    }
  }

  private static MemorySegment block(Arena arena, long seed) {
    MemorySegment block = arena.allocate(LAYOUT.blockBytes());
    SplittableRandom random = new SplittableRandom(seed);
    for (long at = 0; at < block.byteSize(); at += Long.BYTES) {
      block.set(ValueLayout.JAVA_LONG, at, random.nextLong());
    }
    return block;
  }

  @Test
  void whatIsReadIsWhatWasWrittenHoweverSlotsAreUsed() throws IOException {
    int limit = 20;
    SplittableRandom random = new SplittableRandom(1);
    Map<Integer, Long> written = new HashMap<>();
    List<Integer> slots = new ArrayList<>();
    try (Arena arena = Arena.ofConfined();
        DiskTier tier = DiskTier.open(folder, limit * (long) SLOT + 77, LAYOUT)) {
      assertThat(tier.maxBlocks()).isEqualTo(limit);
      MemorySegment target = arena.allocate(LAYOUT.blockBytes());
      for (long step = 0; step < 1000; step++) {
        int operation = random.nextInt(3);
        if (operation == 0 || slots.isEmpty()) {
          assertThat(tier.isFull()).isEqualTo(slots.size() == limit);
          OptionalInt slot = tier.write(block(arena, step));
          assertThat(slot.isPresent()).isEqualTo(slots.size() < limit);
          slot.ifPresent(slots::add);
          if (slot.isPresent()) {
            written.put(slot.getAsInt(), step);
          }
        } else if (operation == 1) {
          int slot = slots.get(random.nextInt(slots.size()));
          assertThat(tier.read(slot, target)).isTrue();
          assertThat(target.mismatch(block(arena, written.getOrDefault(slot, -1L)))).isEqualTo(-1);
        } else {
          tier.free(slots.remove(/* index */ random.nextInt(slots.size())));
        }
      }
      assertThat(files()).hasSize(1);
      assertThat(Files.size(files().getFirst())).isLessThanOrEqualTo(limit * (long) SLOT);
      assertThat(tier.traffic().bytesOut()).isPositive().isLessThan(1000 * LAYOUT.blockBytes());
      assertThat(tier.traffic().bytesIn() % LAYOUT.blockBytes()).isZero();
      assertThat(tier.traffic().nanosOut()).isPositive();
      assertThat(tier.traffic().nanosIn()).isPositive();
    }
    assertThat(files()).as("after it is closed").isEmpty();
  }

  @Test
  void aTextThatWasOnTheDiskIsWhatItWas() {
    int[] ids = text(1, 2, 3, 4);
    try (BlockPool pool = new BlockPool(LAYOUT, 6);
        PrefixCache prefixes = new PrefixCache(pool, DiskTier.open(folder, 1 << 20, LAYOUT))) {
      try (SequenceCache cache = filled(pool, "", ids)) {
        prefixes.insert("", ids, cache);
      }
      assertThat(prefixes.evict(4)).isTrue();
      filled(pool, "", text(5, 6, 7, 8)).close(); // Writes over what was there.
      try (SequenceCache cache = prefixes.match("", ids, 128)) {
        assertThat(cache.length()).isEqualTo(128);
        check("", ids, cache);
      }
      assertThat(prefixes.traffic().bytesOut()).isEqualTo(4 * LAYOUT.blockBytes());
      assertThat(prefixes.traffic().bytesIn()).isEqualTo(4 * LAYOUT.blockBytes());
    }
  }

  /** Every kind of damage to the second of three blocks. */
  @Test
  void damageIsAMissAndNeverOtherNumbers() throws IOException {
    int[] ids = text(1, 2, 3);
    for (int kind = 0; kind < 4; kind++) {
      try (BlockPool pool = new BlockPool(LAYOUT, 6);
          PrefixCache prefixes = new PrefixCache(pool, DiskTier.open(folder, 1 << 20, LAYOUT))) {
        try (SequenceCache cache = filled(pool, "", ids)) {
          prefixes.insert("", ids, cache);
        }
        assertThat(prefixes.evict(3)).isTrue();
        try (RandomAccessFile file = new RandomAccessFile(files().getFirst().toFile(), "rw")) {
          // The last block of the text was the first to go.
          damage(file, kind);
        }
        try (SequenceCache cache = prefixes.match("", ids, 96)) {
          assertThat(cache.length()).as("kind %d", kind).isEqualTo(kind == 2 ? 0 : 32);
          check("", ids, cache);
        }
        assertThat(prefixes.matched("", ids, 96)).isEqualTo(kind == 2 ? 0 : 32);
        try (SequenceCache cache = filled(pool, "", ids)) {
          prefixes.insert("", ids, cache);
        }
        assertThat(prefixes.evict(3)).isTrue();
        try (SequenceCache cache = prefixes.match("", ids, 96)) {
          assertThat(cache.length()).as("written anew").isEqualTo(96);
          check("", ids, cache);
        }
      }
    }
  }

  private static void damage(RandomAccessFile file, int kind) throws IOException {
    byte[] slot = new byte[SLOT];
    switch (kind) {
      case 0 -> {
        file.seek(SLOT + 100);
        int before = file.read();
        file.seek(SLOT + 100);
        file.write(before ^ 4);
      }
      case 1 -> { // another block of the same text
        file.seek(0);
        file.readFully(slot, 0, (int) LAYOUT.blockBytes());
        file.seek(SLOT);
        file.write(slot);
      }
      case 2 -> file.setLength(SLOT + 50);
      default -> {
        file.seek(SLOT);
        file.write(slot);
      }
    }
  }

  @Test
  void aFileThatCannotBeUsedAnyMoreIsGivenUp() throws IOException {
    int[] ids = text(1, 2, 3);
    try (BlockPool pool = new BlockPool(LAYOUT, 6);
        PrefixCache prefixes = new PrefixCache(pool, DiskTier.open(folder, 1 << 20, LAYOUT))) {
      try (SequenceCache cache = filled(pool, "", ids)) {
        prefixes.insert("", ids, cache);
      }
      assertThat(prefixes.evict(1)).isTrue();
      Thread.currentThread().interrupt(); // Closes the file under whoever writes.
      assertThat(prefixes.evict(1)).isTrue();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(files()).isEmpty();
      assertThat(prefixes.storedBlocks()).isZero();
      assertThat(prefixes.matched("", ids, 96)).as("what is in memory").isEqualTo(32);
      assertThat(prefixes.evict(1)).isTrue();
      assertThat(pool.usedBlocks()).isZero();
    }
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void aDiskThatIsFullEndsItAndNothingElse() throws Exception {
    // Ten slots of eighteen.
    String output = LimitedJvm.run(10L * SLOT, SmallDisk.class, folder);
    assertThat(output)
        .contains("cannot be written: File too large; blocks of the cache are no longer kept");
    assertThat(output.lines().filter(line -> line.matches("(evicted|found|used) .*")))
        .containsExactly("evicted true", "found 0", "evicted true", "found 0", "used 0");
    assertThat(files()).isEmpty();
  }

  @Test
  void whatKilledProcessesHaveLeftIsDeleted() throws IOException {
    Path left = TemporaryOutput.beside(folder.resolve("prefix-cache"));
    Files.writeString(left, "blocks");
    Files.setLastModifiedTime(left, FileTime.from(Instant.now().minusSeconds(60)));
    Path others = Files.writeString(folder.resolve("letter"), "to somebody");
    try (DiskTier one = DiskTier.open(folder, 1 << 20, LAYOUT);
        DiskTier two = DiskTier.open(folder, 1 << 20, LAYOUT)) {
      assertThat(files()).as("two at once").hasSize(3).contains(others).doesNotContain(left);
      assertThat(one.isOpen()).isTrue();
      assertThat(two.isOpen()).isTrue();
    }
    assertThat(files()).containsExactly(others);
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void onlyItsOwnerCanReadIt() throws IOException {
    Path deep = folder.resolve("a/b");
    try (DiskTier tier = DiskTier.open(deep, 1 << 20, LAYOUT);
        var files = Files.list(deep)) {
      assertThat(tier.isFull()).isFalse();
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(files.toList().getFirst())))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void mistakesAreRefused() throws IOException {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DiskTier.open(folder, SLOT - 1, LAYOUT))
        .withMessage(
            folder + ": expected room for at least one block of the cache, 4096 bytes, found 4095");
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> DiskTier.open(file, 1 << 20, LAYOUT))
        .withMessage(file + ": expected a folder for blocks of the cache");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> DiskTier.open(file.resolve("below"), 1 << 20, LAYOUT))
        .withMessageStartingWith(file.resolve("below") + ": no blocks of the cache can be kept");
    DiskTier tier = DiskTier.open(folder, 1 << 20, LAYOUT);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment small = arena.allocate(64);
      assertThatIllegalArgumentException().isThrownBy(() -> tier.write(small));
      assertThatIllegalArgumentException().isThrownBy(() -> tier.read(0, small));
      tier.close();
      assertThat(tier.write(block(arena, 1))).isEmpty();
      assertThat(tier.read(0, block(arena, 1))).isFalse();
      assertThat(tier.isFull()).isTrue();
    }
    assertThat(files()).containsExactly(file);
  }
}
