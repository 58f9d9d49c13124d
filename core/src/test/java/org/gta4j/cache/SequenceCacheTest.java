package org.gta4j.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.gta4j.attention.AttentionShape;
import org.gta4j.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sequences and the blocks they hold, alone and shared. */
class SequenceCacheTest {
  /** One key and one value number a token: the key is what the tests write. */
  private static final CacheLayout LAYOUT =
      new CacheLayout(AttentionShape.of(1, 1, 1, 1, 1), 1, CacheType.F32);

  private static long slot(int position) {
    return LAYOUT.keyByte(0, 0) + (long) (position % 32) * Float.BYTES;
  }

  private static void write(SequenceCache sequence, int position, float number) {
    sequence.pool().block(sequence.block(position / 32)).set(Tensor.FLOAT, slot(position), number);
  }

  private static float read(SequenceCache sequence, int position) {
    return sequence.pool().block(sequence.block(position / 32)).get(Tensor.FLOAT, slot(position));
  }

  private static void append(SequenceCache sequence, int tokens, int first) {
    assertThat(sequence.reserve(tokens)).isTrue();
    for (int i = 0; i < tokens; i++) {
      write(sequence, sequence.length() + i, first + i);
    }
    sequence.advance(tokens);
  }

  private static int[] blocks(SequenceCache sequence) {
    int[] blocks = new int[sequence.blockCount()];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = sequence.block(i);
    }
    return blocks;
  }

  @Test
  void forkedSequencesShareBlocksUntilOneWritesIntoThem() {
    try (BlockPool pool = new BlockPool(LAYOUT, 10)) {
      SequenceCache parent = new SequenceCache(pool);
      append(parent, 70, 0);
      assertThat(pool.usedBlocks()).isEqualTo(3);
      SequenceCache child = parent.fork(70);
      assertThat(pool.usedBlocks()).as("shared").isEqualTo(3);
      assertThat(blocks(child)).isEqualTo(blocks(parent));
      assertThat(child.blocksNeeded(1)).as("the copy of a partial block").isEqualTo(1);
      append(child, 1, 1000);
      assertThat(pool.usedBlocks()).as("the partial block was copied").isEqualTo(4);
      assertThat(child.block(0)).isEqualTo(parent.block(0));
      assertThat(child.block(1)).isEqualTo(parent.block(1));
      assertThat(child.block(2)).isNotEqualTo(parent.block(2));
      assertThat(parent.blocksNeeded(1)).as("it is the parent's alone again").isZero();
      append(parent, 1, 2000);
      assertThat(pool.usedBlocks()).isEqualTo(4);
      for (int i = 0; i < 70; i++) {
        assertThat(read(child, i)).isEqualTo(i);
        assertThat(read(parent, i)).isEqualTo(i);
      }
      assertThat(read(child, 70)).isEqualTo(1000);
      assertThat(read(parent, 70)).isEqualTo(2000);
      child.close();
      assertThat(pool.usedBlocks()).isEqualTo(3);
      parent.close();
      assertThat(pool.usedBlocks()).isZero();
      assertThat(pool.availableBlocks()).isEqualTo(10);
    }
  }

  @Test
  void aWholeSharedBlockIsNeverCopied() {
    try (BlockPool pool = new BlockPool(LAYOUT, 10)) {
      SequenceCache parent = new SequenceCache(pool);
      append(parent, 64, 0);
      SequenceCache child = parent.fork(64);
      assertThat(child.blocksNeeded(1)).isEqualTo(1);
      append(child, 1, 100);
      append(parent, 1, 200);
      assertThat(pool.usedBlocks()).isEqualTo(4);
      assertThat(blocks(child)).startsWith(parent.block(0), parent.block(1));
    }
  }

  @Test
  void theFirstToWriteIntoASharedBlockCopiesItAndTheLastOwnerDoesNot() {
    try (BlockPool pool = new BlockPool(LAYOUT, 10)) {
      SequenceCache parent = new SequenceCache(pool);
      append(parent, 20, 0);
      SequenceCache first = parent.fork(20);
      SequenceCache second = parent.fork(10);
      int shared = parent.block(0);
      append(parent, 1, 100);
      assertThat(parent.block(0)).isNotEqualTo(shared);
      append(first, 1, 200);
      assertThat(first.block(0)).isNotEqualTo(shared);
      append(second, 1, 300);
      assertThat(second.block(0)).as("nobody else holds it any more").isEqualTo(shared);
      assertThat(pool.usedBlocks()).isEqualTo(3);
      assertThat(read(parent, 20)).isEqualTo(100);
      assertThat(read(first, 20)).isEqualTo(200);
      assertThat(read(second, 10)).isEqualTo(300);
      assertThat(read(parent, 10)).isEqualTo(10);
      assertThat(read(first, 10)).isEqualTo(10);
    }
  }

  @Test
  void whatWasReservedBeforeAForkIsNotShared() {
    try (BlockPool pool = new BlockPool(LAYOUT, 10)) {
      SequenceCache parent = new SequenceCache(pool);
      append(parent, 20, 0);
      assertThat(parent.reserve(50)).isTrue();
      SequenceCache child = parent.fork(20);
      assertThat(child.blockCount()).isEqualTo(1);
      RaggedBatch batch = new RaggedBatch();
      assertThatThrownBy(() -> batch.add(parent, 1))
          .as("the place in the partial block, reserved before it was shared")
          .isInstanceOf(IllegalArgumentException.class);
      append(parent, 50, 20);
      append(child, 1, 999);
      assertThat(read(parent, 20)).isEqualTo(20);
      assertThat(read(child, 20)).isEqualTo(999);
    }
  }

  @Test
  void exhaustionLeavesEverythingAsItWas() {
    try (BlockPool pool = new BlockPool(LAYOUT, 4)) {
      SequenceCache parent = new SequenceCache(pool);
      append(parent, 70, 0);
      SequenceCache child = parent.fork(70);
      int[] before = blocks(child);
      assertThat(child.reserve(27)).as("a copy and one more block, of one that is left").isFalse();
      assertThat(blocks(child)).isEqualTo(before);
      assertThat(child.length()).isEqualTo(70);
      assertThat(pool.usedBlocks()).isEqualTo(3);
      assertThat(child.reserve(Integer.MAX_VALUE)).as("more than can be counted").isFalse();
      assertThat(blocks(child)).isEqualTo(before);
      assertThat(child.reserve(26)).isTrue();
      assertThat(parent.reserve(27)).isFalse();
      assertThat(parent.reserve(26)).as("no longer shared").isTrue();
      for (int i = 0; i < 70; i++) {
        assertThat(read(child, i)).isEqualTo(i);
      }
    }
  }

  @Test
  void mistakesAreRefused() {
    try (BlockPool pool = new BlockPool(LAYOUT, 4);
        SequenceCache sequence = new SequenceCache(pool)) {
      append(sequence, 10, 0);
      assertThatThrownBy(() -> sequence.fork(11)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> sequence.fork(-1)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> sequence.truncate(11)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> sequence.truncate(-1)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> sequence.advance(23)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> sequence.advance(-1)).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> sequence.advance(Integer.MAX_VALUE))
          .isInstanceOf(IllegalStateException.class);
      RaggedBatch batch = new RaggedBatch();
      assertThatThrownBy(() -> batch.add(sequence, 0)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> batch.add(sequence, 23))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(batch.slices()).isZero();
      assertThat(sequence.length()).isEqualTo(10);
    }
  }

  @Test
  void aBatchTakesAnyNumberOfSlicesAndIsReused() {
    try (BlockPool pool = new BlockPool(LAYOUT, 500)) {
      RaggedBatch batch = new RaggedBatch();
      for (int count : new int[] {1, 7, 8, 9, 14, 15, 16, 17, 100, 3}) {
        batch.clear();
        List<SequenceCache> sequences = new ArrayList<>();
        int rows = 0;
        for (int i = 0; i < count; i++) {
          SequenceCache sequence = new SequenceCache(pool);
          append(sequence, i, 0);
          sequence.reserve(1 + i % 3);
          batch.add(sequence, 1 + i % 3);
          sequences.add(sequence);
          rows += 1 + i % 3;
        }
        assertThat(batch.slices()).isEqualTo(count);
        assertThat(batch.rows()).isEqualTo(rows);
        int first = 0;
        for (int i = 0; i < count; i++) {
          assertThat(batch.sequence(i)).isSameAs(sequences.get(i));
          assertThat(batch.firstRow(i)).isEqualTo(first);
          assertThat(batch.rows(i)).isEqualTo(1 + i % 3);
          assertThat(batch.past(i)).isEqualTo(i);
          first += batch.rows(i);
        }
        batch.advance();
        for (int i = 0; i < count; i++) {
          assertThat(sequences.get(i).length()).isEqualTo(i + 1 + i % 3);
          sequences.get(i).close();
        }
        assertThat(pool.usedBlocks()).isZero();
      }
    }
  }

  /** Memory that is not there once. */
  @Test
  void aBlockThatThereIsNoMemoryForIsNobodysElse() {
    boolean[] full = {false};
    CacheMemory memory =
        (least, most, arena) -> {
          if (full[0]) {
            throw new OutOfMemoryError("none left");
          }
          return arena.allocate(least, 64);
        };
    try (BlockPool pool = new BlockPool(LAYOUT, 8, memory)) {
      SequenceCache one = new SequenceCache(pool);
      assertThat(one.reserve(1)).isTrue();
      SequenceCache two = new SequenceCache(pool);
      full[0] = true;
      assertThatThrownBy(() -> two.reserve(1)).isInstanceOf(OutOfMemoryError.class);
      full[0] = false;
      two.close();
      assertThat(pool.usedBlocks()).isEqualTo(1);
      SequenceCache three = new SequenceCache(pool);
      assertThat(three.reserve(1)).isTrue();
      assertThat(blocks(three)).doesNotContain(blocks(one));
      assertThat(pool.usedBlocks()).isEqualTo(2);
    }
  }

  /** A sequence and what it should hold. */
  private record Model(SequenceCache sequence, List<Integer> tokens) {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void randomOperationsKeepEverySequenceItsTokensAndThePoolItsCount(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int limit = 12 + random.nextInt(20);
    List<Model> live = new ArrayList<>();
    try (BlockPool pool = new BlockPool(LAYOUT, limit)) {
      int number = 1;
      for (int step = 0; step < 4000; step++) {
        int operation = random.nextInt(10);
        if (live.isEmpty() || (operation == 0 && live.size() < 9)) {
          live.add(new Model(new SequenceCache(pool), new ArrayList<>()));
          continue;
        }
        Model model = live.get(random.nextInt(live.size()));
        SequenceCache sequence = model.sequence();
        if (operation <= 5) {
          int tokens = random.nextInt(5) == 0 ? random.nextInt(100) : random.nextInt(1, 8);
          int needed = needed(live, sequence, tokens);
          assertThat(sequence.blocksNeeded(tokens)).isEqualTo(needed);
          int[] before = blocks(sequence);
          int used = pool.usedBlocks();
          boolean room = sequence.reserve(tokens);
          assertThat(room).isEqualTo(needed <= limit - used);
          if (!room) {
            assertThat(blocks(sequence)).isEqualTo(before);
            assertThat(pool.usedBlocks()).isEqualTo(used);
          } else {
            assertThat(pool.usedBlocks()).isEqualTo(used + needed);
            int kept =
                random.nextInt(3) == 0
                    ? random.nextInt(tokens + 1)
                    : tokens; // the rest stays reserved
            for (int i = 0; i < kept; i++) {
              write(sequence, sequence.length() + i, number);
              model.tokens().add(number++ % 10_000_000);
            }
            sequence.advance(kept);
          }
        } else if (operation <= 7 && live.size() < 9) {
          int shared =
              random.nextBoolean() ? sequence.length() : random.nextInt(sequence.length() + 1);
          live.add(
              new Model(sequence.fork(shared), new ArrayList<>(model.tokens().subList(0, shared))));
        } else if (operation == 8) {
          int kept = random.nextInt(sequence.length() + 1);
          sequence.truncate(kept);
          model.tokens().subList(kept, model.tokens().size()).clear();
        } else {
          sequence.close();
          live.remove(model);
        }
        check(pool, limit, live);
      }
      live.forEach(model -> model.sequence().close());
      assertThat(pool.usedBlocks()).isZero();
    }
  }

  /** Blocks a reservation should take, by counting who holds what. */
  private static int needed(List<Model> live, SequenceCache sequence, int tokens) {
    int missing = Math.max(0, (sequence.length() + tokens + 31) / 32 - sequence.blockCount());
    int partial = sequence.length() / 32;
    if (tokens == 0 || sequence.length() % 32 == 0) {
      return missing;
    }
    int block = sequence.block(partial);
    long holders =
        live.stream().filter(model -> List.of(boxed(model.sequence())).contains(block)).count();
    return missing + (holders > 1 ? 1 : 0);
  }

  private static Integer[] boxed(SequenceCache sequence) {
    return java.util.Arrays.stream(blocks(sequence)).boxed().toArray(Integer[]::new);
  }

  private static void check(BlockPool pool, int limit, List<Model> live) {
    Set<Integer> held = new HashSet<>();
    for (Model model : live) {
      SequenceCache sequence = model.sequence();
      assertThat(sequence.length()).isEqualTo(model.tokens().size());
      for (int i = 0; i < sequence.length(); i++) {
        if (read(sequence, i) != model.tokens().get(i)) {
          assertThat(read(sequence, i)).as("token %d", i).isEqualTo((float) model.tokens().get(i));
        }
      }
      for (int block : blocks(sequence)) {
        held.add(block);
      }
    }
    assertThat(pool.usedBlocks()).isEqualTo(held.size());
    assertThat(pool.availableBlocks()).isEqualTo(limit - held.size());
    assertThat(pool.allocatedBytes()).isLessThanOrEqualTo(limit * LAYOUT.blockBytes());
  }
}
