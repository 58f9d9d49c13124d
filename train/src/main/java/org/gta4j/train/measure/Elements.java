package org.gta4j.train.measure;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.gta4j.model.ModelConfig;
import org.gta4j.train.block.Precision;
import org.gta4j.train.block.RmsNorm;
import org.gta4j.train.torch.Memory;

/** What is done to each number by itself: a layer's part of it, or the loss of a batch. */
final class Elements {
  private Elements() {}

  /** Norms, residuals, the feed-forward network's activation, and a gate where there is one. */
  static final class OfLayer extends Part {
    private final Precision precision;
    private final Tensor x;
    private final Tensor attended;
    private final Tensor fed;
    private final Tensor weight;
    private final Tensor inner;
    private final Tensor up;
    private final Tensor innerGradient;
    private final Tensor gradient;
    private final Tensor gate;
    private final boolean gated;

    OfLayer(ModelConfig config, Precision precision, long rows) {
      this.precision = precision;
      long hidden = config.hiddenSize();
      x = leaf(rows, hidden);
      attended = leaf(rows, hidden);
      fed = leaf(rows, hidden);
      weight = leaf(hidden);
      inner = leaf(rows, config.intermediateSize());
      up = leaf(rows, config.intermediateSize());
      innerGradient = constant(rows, config.intermediateSize());
      gradient = constant(rows, hidden);
      gated = config.attention().gateWidth() > 0;
      gate = leaf(rows, Math.max(1, config.attention().gateWidth()));
    }

    @Override
    void compute() {
      RmsNorm norm = new RmsNorm(weight, 1e-5);
      Tensor first = norm.apply(x);
      back(gated ? torch.sigmoid(gate).mul(first) : first, gradient);
      Tensor between = x.add(attended);
      back(norm.apply(between), gradient);
      back(between.detach().add(fed), gradient);
      back(
          torch.silu(precision.input(inner)).mul(precision.input(up)),
          precision.input(innerGradient));
    }
  }

  /** Cross entropy of logits. */
  static final class OfLoss extends Part {
    private static final int SUM = 2; // libtorch's number of this reduction

    private final Tensor logits;
    private final int[] targets;

    OfLoss(ModelConfig config, int rows) {
      logits = leaf(rows, config.vocabSize());
      targets = new int[rows];
      for (int i = 0; i < rows; i++) {
        targets[i] = i % config.vocabSize();
      }
    }

    @Override
    void compute() {
      torch
          .cross_entropy_loss(
              logits, Memory.ofInts(targets, targets.length), new TensorOptional(), SUM, -100, 0)
          .backward();
    }
  }
}
