package org.gta4j.cost;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.gta4j.attention.AttentionMask;
import org.gta4j.attention.AttentionShape;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.variant.AttentionVariant;
import org.gta4j.model.variant.MatrixProduct;

/**
 * The operations of a step, from a model's configuration alone: no weights are needed.
 *
 * <p>What an element costs is counted as LLM-Viewer counts it, the roofline that the paper used in
 * a version of its own: seven operations for a norm, five for a softmax, one read and one write
 * each; rotation is left out. That gives the paper's figures within the digits it prints.
 *
 * <pre>
 * rows = batch · tokens     context = depth + tokens     H hidden     F feed-forward     V vocabulary
 * </pre>
 */
public final class StepWork {
  private final ModelConfig config;
  private final StepSize step;
  private final CountingRules rules;
  private final NumberBytes bytes;
  private final List<Operation> found = new ArrayList<>();

  private StepWork(ModelConfig config, StepSize step, CountingRules rules) {
    this.config = config;
    this.step = step;
    this.rules = rules;
    bytes = rules.bytes();
  }

  /** The operations, those that all layers have once with the work of all of them. */
  public static List<Operation> of(ModelConfig config, StepSize step, CountingRules rules) {
    StepWork work = new StepWork(config, step, rules);
    work.layers();
    work.found.add(work.head(step.batch())); // logits of each sequence's last token
    return List.copyOf(work.found);
  }

  /** The operations of all layers, without the output head. */
  static List<Operation> ofLayers(ModelConfig config, StepSize step, CountingRules rules) {
    StepWork work = new StepWork(config, step, rules);
    work.layers();
    return List.copyOf(work.found);
  }

  /** The output head's product for every token. */
  static Operation ofLogits(ModelConfig config, StepSize step, CountingRules rules) {
    return new StepWork(config, step, rules).head(step.rows());
  }

  private void layers() {
    AttentionVariant attention = config.attention();
    long rows = step.rows();
    long hidden = config.hiddenSize();
    long feedForward = config.intermediateSize();
    elementwise("input norm", 7, rows * hidden, 1);
    for (MatrixProduct product : attention.products()) {
      linear(product.name(), product.inputs(), product.outputs(), product.weights());
    }
    layersByMask().forEach(this::attention);
    if (attention.gateWidth() > 0) {
      elementwise("gate's activation", 4, rows * attention.gateWidth(), 1);
      elementwise("gate", 1, rows * attention.gateWidth(), 2);
    }
    elementwise("attention's residual", 1, rows * hidden, 1);
    elementwise("feed-forward norm", 7, rows * hidden, 1);
    linear("mlp.gate_proj", hidden, feedForward, hidden * feedForward);
    linear("mlp.up_proj", hidden, feedForward, hidden * feedForward);
    elementwise("mlp activation", 2, rows * feedForward, 1);
    linear("mlp.down_proj", feedForward, hidden, hidden * feedForward);
    elementwise("mlp residual", 1, rows * hidden, 1);
  }

  /** How many layers there are of each mask. */
  private Map<AttentionMask, Long> layersByMask() {
    Map<AttentionMask, Long> layers = new LinkedHashMap<>();
    for (int layer = 0; layer < config.numHiddenLayers(); layer++) {
      layers.merge(config.masks().mask(layer), 1L, Long::sum);
    }
    return layers;
  }

  /** A product of all layers. */
  private void linear(String name, long inputs, long outputs, long weights) {
    found.add(product(name, step.rows(), inputs, outputs, weights).repeated(layerCount()));
  }

  private Operation product(String name, long rows, long inputs, long outputs, long weights) {
    return new Operation(
        name,
        Operation.Kind.LINEAR,
        2.0 * rows * weights,
        weights * bytes.weights(),
        0,
        rows * (inputs + outputs) * bytes.activations(),
        1);
  }

  /** Of all layers: so many operations a number, so many numbers read for one that is written. */
  private void elementwise(String name, int each, long numbers, int read) {
    found.add(
        new Operation(
                name,
                Operation.Kind.ELEMENTWISE,
                (double) each * numbers,
                0,
                0,
                (read + 1.0) * numbers * bytes.activations(),
                1)
            .repeated(layerCount()));
  }

  private long layerCount() {
    return config.numHiddenLayers();
  }

  /** The sizes that are computed with: a prompt's rows share keys and values made for them. */
  private AttentionShape computedShape() {
    AttentionShape expanded = config.attention().expandedShape();
    AttentionShape shape = config.attention().shape();
    boolean expands =
        rules.expandsLatents()
            && step.tokens() > 1
            && expanded.multiplyAddsPerPair() < shape.multiplyAddsPerPair();
    return expands ? expanded : shape;
  }

  private void attention(AttentionMask mask, long layers) {
    AttentionShape shape = computedShape();
    double queries = (double) step.rows() * shape.queryWidth() * bytes.activations();
    double attended = (double) step.rows() * shape.attendedWidth() * bytes.activations();
    double tokenBytes = step.batch() * bytes.cache();
    if (rules.traffic() == AttentionTraffic.FUSED) {
      double pairs = step.batch() * SeenTokens.pairs(mask, step.depth(), step.tokens());
      // Of all that this step's queries see, each row once.
      long seen = step.context() - Math.max(0, mask.firstVisible((int) step.depth()));
      found.add(
          new Operation(
                  "attention",
                  Operation.Kind.ATTENTION,
                  pairs * Operation.attentionCount(shape),
                  0,
                  tokenBytes * shape.cacheElements() * seen,
                  queries + attended,
                  1)
              .repeated(layers));
      return;
    }
    double scores = (double) step.rows() * step.context() * shape.maps();
    double scoreBytes = scores * bytes.activations();
    double rows = tokenBytes * step.context();
    found.add(
        new Operation(
                "scores",
                Operation.Kind.ATTENTION,
                2 * scores * shape.keyDim(),
                0,
                rows * shape.keyWidth(),
                queries + scoreBytes,
                1)
            .repeated(layers));
    found.add(
        new Operation("softmax", Operation.Kind.ELEMENTWISE, 5 * scores, 0, 0, 2 * scoreBytes, 1)
            .repeated(layers));
    found.add(
        new Operation(
                "weighted values",
                Operation.Kind.ATTENTION,
                2 * scores * shape.valueDim(),
                0,
                rows * shape.valueHeads() * shape.valueDim(),
                scoreBytes + attended,
                1)
            .repeated(layers));
  }

  /** Logits of so many tokens. */
  private Operation head(long rows) {
    long hidden = config.hiddenSize();
    long vocabulary = config.vocabSize();
    return product("lm_head", rows, hidden, vocabulary, hidden * vocabulary);
  }

  /** Arithmetic operations of all. */
  public static double operations(List<Operation> operations) {
    return operations.stream().mapToDouble(Operation::count).sum();
  }

  /** Bytes read and written by all. */
  public static double bytes(List<Operation> operations) {
    return operations.stream().mapToDouble(Operation::bytes).sum();
  }
}
