package org.gta4j.measure;

import java.util.Optional;
import org.gta4j.attention.AttentionMask;
import org.gta4j.attention.AttentionShape;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.CacheType;
import org.gta4j.cache.RaggedBatch;
import org.gta4j.cache.SequenceCache;
import org.gta4j.checkpoint.Weights;
import org.gta4j.model.Decoder;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.StepInput;
import org.gta4j.ops.Ops;
import org.gta4j.tensor.Heads;

/** A model that reads texts while somebody looks at its attention. */
public final class ObservedModel implements AutoCloseable {
  private final Decoder decoder;

  /**
   * Prepares a model.
   *
   * @param ops what computes; the caller's to close
   * @param listener is told of every text that is read
   */
  public ObservedModel(ModelConfig config, Weights weights, Ops ops, AttentionListener listener) {
    decoder = new Decoder(config, weights, new Observing(ops, listener));
  }

  /** Reads a text from its beginning; nothing of it is kept. */
  public void read(int... ids) {
    CacheLayout layout = decoder.cacheLayout(CacheType.F32);
    int blocks = CacheLayout.blocksFor(ids.length);
    try (BlockPool pool = new BlockPool(layout, blocks, decoder.ops().cacheMemory());
        SequenceCache sequence = new SequenceCache(pool)) {
      StepInput input = new StepInput();
      for (int from = 0; from < ids.length; from += decoder.maxRows()) {
        int count = Math.min(decoder.maxRows(), ids.length - from);
        sequence.reserve(count);
        input.clear();
        input.add(sequence, ids, from, count, ids.length, StepInput.Logits.NONE);
        decoder.forward(input);
      }
    }
  }

  @Override
  public void close() {
    decoder.close();
  }

  private static final class Observing extends ForwardingOps {
    private final AttentionListener listener;

    private Observing(Ops ops, AttentionListener listener) {
      super(ops);
      this.listener = listener;
    }

    @Override
    public void store(RaggedBatch batch, int layer, Heads keys, Optional<Heads> values) {
      super.store(batch, layer, keys, values);
      listener.stored(layer, batch.past(0), batch.rows(0), keys, values);
    }

    @Override
    public void attention(
        AttentionShape shape,
        AttentionMask mask,
        float scale,
        RaggedBatch batch,
        int layer,
        Heads queries,
        Heads attended) {
      super.attention(shape, mask, scale, batch, layer, queries, attended);
      listener.attended(layer, batch.past(0), batch.rows(0), shape, mask, scale, queries);
    }
  }
}
