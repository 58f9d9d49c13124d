package org.gta4j.cost;

import java.util.ArrayList;
import java.util.List;
import org.gta4j.attention.AttentionShape;
import org.gta4j.model.ModelConfig;

/**
 * The operations of a batch's way through a model and back.
 *
 * <p>Forward it is a prompt with logits for every token ({@link StepWork}). Backward, a product
 * with weights becomes two of its size, the gradients of its inputs and of its weights; the two
 * products of attention become five, since scores are not kept but computed again (Dao et al.,
 * arXiv 2205.14135); what is done to each number by itself reads and writes twice as much.
 *
 * @param forward all but the loss
 * @param backward likewise; of layers that are computed twice, the second time too
 * @param loss the softmax of the logits and its gradient
 */
public record TrainingPass(List<Operation> forward, List<Operation> backward, Operation loss) {
  private static final int PRODUCTS_BACK = 2;
  private static final double ATTENTION_BACK = 2.5;
  private static final int ELEMENTS_BACK = 2;

  /** Operations for a number of a softmax, and again for its gradient. */
  private static final int OF_LOGIT = 5;

  /**
   * Counts them.
   *
   * @param sequences of the batch
   * @param length tokens of each
   * @param bytes what numbers take; 0 for activations that stay in a processor's caches
   * @param recompute whether layers are computed again on the way back
   */
  public static TrainingPass of(
      ModelConfig config, int sequences, int length, NumberBytes bytes, boolean recompute) {
    CountingRules rules = new CountingRules(bytes, AttentionTraffic.FUSED, true);
    StepSize step = StepSize.prompt(sequences, length);
    List<Operation> layers = StepWork.ofLayers(config, step, rules);
    Operation logits = StepWork.ofLogits(config, step, rules);
    List<Operation> forward = new ArrayList<>(layers);
    forward.add(logits);
    List<Operation> backward = new ArrayList<>(recompute ? layers : List.of());
    for (Operation operation : forward) {
      backward.add(back(operation));
    }
    if (bytes.weights() < Float.BYTES) {
      casts(forward, backward, bytes);
    }
    double numbers = (double) step.rows() * config.vocabSize();
    // The loss is f32 whatever products are.
    double width = bytes.activations() == 0 ? 0 : Float.BYTES;
    return new TrainingPass(
        List.copyOf(forward),
        List.copyOf(backward),
        new Operation(
            "loss",
            Operation.Kind.ELEMENTWISE,
            2 * OF_LOGIT * numbers,
            0,
            0,
            2 * 2 * width * numbers,
            2));
  }

  private static Operation back(Operation forward) {
    return switch (forward.kind()) {
      case LINEAR -> scaled(forward, PRODUCTS_BACK, PRODUCTS_BACK);
      case ATTENTION -> scaled(forward, ATTENTION_BACK, 2);
      case ELEMENTWISE -> scaled(forward, ELEMENTS_BACK, ELEMENTS_BACK);
    };
  }

  private static Operation scaled(Operation forward, double work, int often) {
    return new Operation(
        forward.name() + ", backward",
        forward.kind(),
        work * forward.count(),
        often * forward.weightBytes(), // read for one product, their gradients written by the other
        often * forward.cacheBytes(),
        often * forward.activationBytes(),
        often * forward.times());
  }

  /** Weights are f32 and rounded for each batch; gradients of weights are widened. */
  private static void casts(List<Operation> forward, List<Operation> backward, NumberBytes bytes) {
    double weights = forward.stream().mapToDouble(Operation::weightBytes).sum() / bytes.weights();
    Operation cast =
        new Operation(
            "casts of weights",
            Operation.Kind.ELEMENTWISE,
            weights,
            weights * (Float.BYTES + bytes.weights()),
            0,
            0,
            forward.stream()
                .filter(operation -> operation.kind() == Operation.Kind.LINEAR)
                .mapToLong(Operation::times)
                .sum());
    forward.add(cast);
    backward.add(cast);
  }

  /**
   * What the model itself asks for, whatever the implementation: three times the multiply-adds of
   * weights and of visible pairs of tokens, two operations each. It is what model FLOPs utilization
   * is a part of (Chowdhery et al., arXiv 2204.02311, but for pairs that the mask hides).
   */
  public double modelOperations(ModelConfig config) {
    AttentionShape shape = config.attention().expandedShape();
    double products =
        2.0 * shape.multiplyAddsPerPair() / Operation.attentionCount(shape); // without softmax
    double sum = 0;
    for (Operation operation : forward) {
      sum +=
          switch (operation.kind()) {
            case LINEAR -> operation.count();
            case ATTENTION -> products * operation.count();
            case ELEMENTWISE -> 0;
          };
    }
    return (1 + PRODUCTS_BACK) * sum;
  }
}
