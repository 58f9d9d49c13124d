package org.gta4j.train.block;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import org.gta4j.model.ModelConfig;
import org.gta4j.tensor.Shape;

/**
 * Low-rank adaptation (Hu et al., arXiv 2106.09685): linear layers stay as they are, and beside
 * each of some the product of two small matrices is learned, {@code y = W x + (alpha / rank) · B (A
 * x)}.
 *
 * @param rank how many numbers stand between the two matrices
 * @param alpha how much what they add counts, in parts of the rank
 * @param targets which layers, by the last part of their names, such as {@code q_proj}
 */
public record Lora(int rank, double alpha, List<String> targets) {
  private static final String WEIGHT = ".weight";

  /** GTA's decoder of values is no linear layer: a matrix for each map lies in its tensor. */
  private static final Set<String> NOT_LINEAR = Set.of("v_b_proj", "embed_tokens");

  /** Checks the numbers. */
  public Lora {
    targets = List.copyOf(new LinkedHashSet<>(targets));
    if (rank < 1) {
      throw new IllegalArgumentException("lora-rank: expected an integer from 1 on, found " + rank);
    }
    if (!(alpha > 0) || Double.isInfinite(alpha)) {
      throw new IllegalArgumentException("lora-alpha: expected more than 0, found " + alpha);
    }
    if (targets.isEmpty()) {
      throw new IllegalArgumentException("lora-targets: expected at least one layer, found none");
    }
  }

  /** What the product of both matrices is multiplied by. */
  public double scale() {
    return alpha / rank;
  }

  /** The last parts of the names of all linear layers that a model has, its head's last. */
  public static SequencedSet<String> layersOf(ModelConfig config) {
    SequencedSet<String> names = new LinkedHashSet<>();
    matrices(config).forEach(name -> names.add(last(name)));
    return names;
  }

  /** The same without the output head: what is adapted unless somebody chooses. */
  public static List<String> usualTargets(ModelConfig config) {
    return layersOf(config).stream().filter(name -> !name.equals("lm_head")).toList();
  }

  /**
   * The layers of a model that are adapted, by their whole names without {@code .weight}.
   *
   * @throws IllegalArgumentException if a target is none of the model's linear layers, or smaller
   *     than the rank
   */
  public List<String> layers(ModelConfig config) {
    SequencedSet<String> known = layersOf(config);
    for (String target : targets) {
      if (!known.contains(target)) {
        throw new IllegalArgumentException(
            "lora-targets: expected some of the model's linear layers, %s, found %s"
                .formatted(String.join(", ", known), target));
      }
    }
    List<String> adapted =
        matrices(config).stream().filter(name -> targets.contains(last(name))).toList();
    for (String layer : adapted) {
      Shape shape = Objects.requireNonNull(config.tensors().get(layer + WEIGHT), layer);
      if (rank > Math.min(shape.size(0), shape.size(1))) {
        throw new IllegalArgumentException(
            "lora-rank: expected at most the smaller side of %s, which is %s, found %d"
                .formatted(layer, shape, rank));
      }
    }
    return adapted;
  }

  /**
   * How many numbers all adapters of a model have.
   *
   * @throws IllegalArgumentException as {@link #layers} does
   */
  public long parameters(ModelConfig config) {
    SequencedMap<String, Shape> tensors = config.tensors();
    long count = 0;
    for (String layer : layers(config)) {
      Shape shape = Objects.requireNonNull(tensors.get(layer + WEIGHT), layer);
      count += rank * (shape.size(0) + shape.size(1));
    }
    return count;
  }

  /**
   * How many numbers the weights of all adapted layers of a model have.
   *
   * @throws IllegalArgumentException as {@link #layers} does
   */
  public long weights(ModelConfig config) {
    SequencedMap<String, Shape> tensors = config.tensors();
    return layers(config).stream()
        .mapToLong(layer -> Objects.requireNonNull(tensors.get(layer + WEIGHT), layer).elements())
        .sum();
  }

  private static List<String> matrices(ModelConfig config) {
    List<String> names = new ArrayList<>();
    SequencedMap<String, Shape> tensors = config.tensors();
    tensors.forEach((name, shape) -> {
      String layer = name.substring(0, name.length() - Math.min(name.length(), WEIGHT.length()));
      if (shape.rank() == 2 && name.endsWith(WEIGHT) && !NOT_LINEAR.contains(last(layer))) {
        names.add(layer);
      }
    });
    return names;
  }

  private static String last(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }
}
