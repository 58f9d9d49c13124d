package org.gta4j.ops;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gta4j.attention.AttentionMask;
import org.gta4j.attention.AttentionShape;
import org.gta4j.attention.ValueRows;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.CacheType;
import org.gta4j.cache.RaggedBatch;
import org.gta4j.cache.SequenceCache;
import org.gta4j.ops.scalar.ScalarOps;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Heads;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;

/**
 * Sequences with keys and values in a cache, and steps of attention over them. All numbers go by
 * sequence and position, so that scenes that come to the same token by other steps must come to the
 * same result.
 *
 * <p>The cache's blocks were used before: what lies in slots that nobody has written since is NaN,
 * or infinite.
 */
final class AttentionScene implements AutoCloseable {
  static final int LAYERS = 3;
  static final int LAYER = 1;

  /** The first argument of the scene's numbers. */
  static final long QUERY = 0;

  static final long KEY = 1;
  static final long VALUE = 2;

  private static final ScalarOps SPECIFICATION = new ScalarOps();

  /** A token of the scene. */
  record Token(int sequence, int position) {}

  /** The next {@code rows} tokens of a sequence. */
  record Slice(int sequence, int rows) {}

  private final AttentionShape shape;
  private final Numbers numbers;
  private final BlockPool pool;
  private final Map<Integer, SequenceCache> sequences = new HashMap<>();

  AttentionScene(AttentionShape shape, CacheType type, Numbers numbers) {
    this(shape, type, numbers, Float.NaN);
  }

  AttentionScene(AttentionShape shape, CacheType type, Numbers numbers, float leftover) {
    this.shape = shape;
    this.numbers = numbers;
    pool = new BlockPool(new CacheLayout(shape, LAYERS, type), 1024);
    try (SequenceCache earlier = new SequenceCache(pool)) {
      earlier.reserve(60 * CacheLayout.BLOCK_TOKENS);
      MemorySegment first = pool.block(earlier.block(0));
      fill(first, type, leftover);
      for (int block = 1; block < earlier.blockCount(); block++) {
        pool.block(earlier.block(block)).copyFrom(first);
      }
    }
  }

  private static void fill(MemorySegment block, CacheType type, float value) {
    // With scales, those are such numbers, and what they multiply is as good as any.
    DType dtype = type.hasScales() ? DType.F32 : type.numbers();
    Tensor numbers = new Tensor(dtype, Shape.of(block.byteSize() / dtype.bytes(1)), block);
    for (long i = 0; i < numbers.shape().elements(); i++) {
      numbers.set(i, value);
    }
  }

  BlockPool pool() {
    return pool;
  }

  SequenceCache sequence(int sequence) {
    return sequences.computeIfAbsent(sequence, s -> new SequenceCache(pool));
  }

  /** Takes tokens into the cache before the steps that are looked at. */
  void cache(int sequence, int tokens) {
    if (tokens > 0) {
      RaggedBatch batch = batch(List.of(new Slice(sequence, tokens)));
      try (Arena arena = Arena.ofShared()) {
        store(SPECIFICATION, arena, batch, List.of(new Slice(sequence, tokens)));
      }
      batch.advance();
    }
  }

  private RaggedBatch batch(List<Slice> slices) {
    RaggedBatch batch = new RaggedBatch();
    for (Slice slice : slices) {
      SequenceCache cache = sequence(slice.sequence());
      if (!cache.reserve(slice.rows())) {
        throw new IllegalStateException("the scene's cache is too small");
      }
      batch.add(cache, slice.rows());
    }
    return batch;
  }

  /** The tokens of a step's rows. */
  private List<Token> tokens(List<Slice> slices) {
    List<Token> tokens = new ArrayList<>();
    for (Slice slice : slices) {
      int past = sequence(slice.sequence()).length();
      for (int row = 0; row < slice.rows(); row++) {
        tokens.add(new Token(slice.sequence(), past + row));
      }
    }
    return tokens;
  }

  private Heads heads(Arena arena, List<Token> tokens, long what, int count, int width) {
    Guarded guarded = Guarded.allocate(arena, tokens.size() + 1, 2 + count * (width + 3));
    Heads heads = guarded.matrix().heads(count, width, 2, width + 3);
    Guarded.fill(
        heads,
        tokens.size(),
        (row, head, i) ->
            numbers.at(
                what,
                tokens.get(row).sequence(),
                tokens.get(row).position(),
                (long) head * width + i));
    return heads;
  }

  private void store(Ops ops, Arena arena, RaggedBatch batch, List<Slice> slices) {
    List<Token> tokens = tokens(slices);
    Heads keys = heads(arena, tokens, KEY, shape.keyHeads(), shape.keyDim());
    Optional<Heads> values =
        shape.valueRows() == ValueRows.OWN
            ? Optional.of(heads(arena, tokens, VALUE, shape.valueHeads(), shape.valueDim()))
            : Optional.empty();
    ops.store(batch, LAYER, keys, values);
  }

  /** Stores the next tokens' keys and values with {@code ops}, without going on. */
  void store(Ops ops, Slice... slices) {
    try (Arena arena = Arena.ofShared()) {
      store(ops, arena, batch(List.of(slices)), List.of(slices));
    }
  }

  /**
   * One step: stores the next tokens of some sequences, lets them attend, and counts them as
   * cached.
   *
   * @return what each token attended to, maps of {@code valueDim} floats
   */
  Map<Token, float[]> step(Ops ops, AttentionMask mask, float scale, Slice... slices) {
    List<Slice> list = List.of(slices);
    List<Token> tokens = tokens(list);
    RaggedBatch batch = batch(list);
    Map<Token, float[]> results = new LinkedHashMap<>();
    try (Arena arena = Arena.ofShared()) {
      store(ops, arena, batch, list);
      Heads queries = heads(arena, tokens, QUERY, shape.maps(), shape.keyDim());
      Guarded attended =
          Guarded.allocate(arena, tokens.size() + 1, 1 + shape.maps() * (shape.valueDim() + 2));
      Heads out = attended.matrix().heads(shape.maps(), shape.valueDim(), 1, shape.valueDim() + 2);
      int[] before = attended.bits();
      int[] beforeQueries = new Guarded(queries.matrix()).bits();
      ops.attention(shape, mask, scale, batch, LAYER, queries, out);
      attended.assertUnchangedBut(before, out, tokens.size(), "attention");
      new Guarded(queries.matrix()).assertUnchanged(beforeQueries, "attention's queries");
      for (int row = 0; row < tokens.size(); row++) {
        results.put(tokens.get(row), row(out, row));
      }
    }
    batch.advance();
    return results;
  }

  private float[] row(Heads heads, int row) {
    float[] numbers = new float[heads.count() * heads.width()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = heads.get(row, i / heads.width(), i % heads.width());
    }
    return numbers;
  }

  @Override
  public void close() {
    pool.close();
  }
}
