package org.gta4j.train.optim;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;
import org.gta4j.train.torch.NotEnoughMemoryException;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, arXiv 1711.05101): matrices decay,
 * norms' weights and biases do not.
 *
 * <p>One pass over the memory of parameters, gradients and both moments, where a tensor library
 * takes one for each of a dozen operations. Every number is computed alone, so its bits do not
 * depend on the number of threads.
 */
public final class AdamW implements Moments, AutoCloseable {
  private static final String FIRST = "first.";
  private static final String SECOND = "second.";
  private static final int ALIGNMENT = 64;

  /**
   * What does not change during a training.
   *
   * @param beta1 how much of the gradients' average is kept a step
   * @param beta2 how much of their squares' average is kept
   * @param epsilon what is added to the squares' root
   * @param weightDecay how much of the learning rate matrices lose of themselves a step
   */
  public record Settings(double beta1, double beta2, double epsilon, double weightDecay) {
    /** Checks the numbers. */
    public Settings {
      requirePart("beta1", beta1);
      requirePart("beta2", beta2);
      if (!(epsilon > 0)) {
        throw new IllegalArgumentException("epsilon: expected more than 0, found " + epsilon);
      }
      if (!(weightDecay >= 0) || Double.isInfinite(weightDecay)) {
        throw new IllegalArgumentException(
            "weight_decay: expected 0 or more, found " + weightDecay);
      }
    }

    private static void requirePart(String name, double value) {
      if (!(value >= 0 && value < 1)) {
        throw new IllegalArgumentException(
            "%s: expected at least 0 and below 1, found %s".formatted(name, value));
      }
    }
  }

  private final SequencedMap<String, Tensor> parameters;
  private final Shard shard;
  private final Settings settings;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment first;
  private final MemorySegment second;

  /**
   * Begins without any past; {@code parameters} in f32 are changed where they lie.
   *
   * @throws NotEnoughMemoryException if there is none for both moments
   */
  public AdamW(SequencedMap<String, Tensor> parameters, Settings settings) {
    this(parameters, Shard.whole(parameters), settings);
  }

  /**
   * The same, of which only what a rank owns is kept and changed.
   *
   * @throws NotEnoughMemoryException if there is none for both moments
   */
  public AdamW(SequencedMap<String, Tensor> parameters, Shard shard, Settings settings) {
    this.parameters = parameters;
    this.shard = shard;
    this.settings = settings;
    first = zeros();
    second = zeros();
  }

  private MemorySegment zeros() {
    long bytes = DType.F32.bytes(shard.numbers());
    try {
      return arena.allocate(bytes, ALIGNMENT);
    } catch (OutOfMemoryError e) {
      arena.close();
      throw NotEnoughMemoryException.of(bytes, e);
    }
  }

  /** What is kept and changed here. */
  public Shard shard() {
    return shard;
  }

  /** All parameters, whether they are changed here or by others. */
  public SequencedMap<String, Tensor> parameters() {
    return parameters;
  }

  /** Of what the shard owns, in its order: the gradients' averages, and those of their squares. */
  public List<MemorySegment> moments() {
    return List.of(first, second);
  }

  /** Both moments of every parameter, under {@code first.NAME} and {@code second.NAME}. */
  @Override
  public SequencedMap<String, Shape> shapes() {
    SequencedMap<String, Shape> shapes = new LinkedHashMap<>();
    for (String moment : new String[] {FIRST, SECOND}) {
      parameters.forEach((name, tensor) -> shapes.put(moment + name, tensor.shape()));
    }
    return shapes;
  }

  @Override
  public void write(Sink sink) {
    if (shard.ranks() > 1) {
      throw new IllegalArgumentException(
          "expected the moments of all ranks, found those of one of " + shard.ranks());
    }
    moments().forEach(sink::add);
  }

  /**
   * One step of what the shard owns.
   *
   * @param gradients of all parameters, in f32, whole where the shard owns them; a parameter
   *     without one keeps its value
   * @param scale what gradients are multiplied by first
   * @param step its number, from 1
   */
  public void step(Map<String, Tensor> gradients, double scale, double learningRate, long step) {
    Rates rates = new Rates(settings, scale, learningRate, step);
    List<Shard.Piece> pieces = shard.pieces();
    IntStream.range(0, pieces.size())
        .parallel()
        .forEach(i -> update(pieces.get(i), gradients, rates));
  }

  /** The numbers of a step, in f32. */
  private record Rates(
      float scale,
      float keep1,
      float add1,
      float keep2,
      float add2,
      float size,
      float root,
      float epsilon,
      double decay) {
    Rates(Settings settings, double scale, double learningRate, long step) {
      this(
          (float) scale,
          (float) settings.beta1,
          (float) (1 - settings.beta1),
          (float) settings.beta2,
          (float) (1 - settings.beta2),
          (float) (learningRate / (1 - Math.pow(settings.beta1, (double) step))),
          (float) (1 / Math.sqrt(1 - Math.pow(settings.beta2, (double) step))),
          (float) settings.epsilon,
          learningRate * settings.weightDecay);
    }
  }

  private void update(Shard.Piece piece, Map<String, Tensor> gradients, Rates rates) {
    Tensor gradient = gradients.get(piece.name());
    if (gradient == null) {
      return;
    }
    Tensor parameter = parameter(piece.name());
    float kept = (float) (parameter.shape().rank() > 1 ? 1 - rates.decay : 1);
    long count = piece.end() - piece.begin();
    // Slices that all begin at 0: one index for all of them is what the JIT compiles best.
    MemorySegment w = slice(parameter.data(), piece.begin(), count);
    MemorySegment g = slice(gradient.data(), piece.begin(), count);
    MemorySegment m = slice(first, piece.place(), count);
    MemorySegment v = slice(second, piece.place(), count);
    for (long i = 0; i < count; i++) {
      float slope = g.getAtIndex(Tensor.FLOAT, i) * rates.scale;
      float mean = m.getAtIndex(Tensor.FLOAT, i) * rates.keep1 + slope * rates.add1;
      float square = v.getAtIndex(Tensor.FLOAT, i) * rates.keep2 + slope * slope * rates.add2;
      m.setAtIndex(Tensor.FLOAT, i, mean);
      v.setAtIndex(Tensor.FLOAT, i, square);
      float root = (float) Math.sqrt(square) * rates.root + rates.epsilon;
      w.setAtIndex(
          Tensor.FLOAT, i, w.getAtIndex(Tensor.FLOAT, i) * kept - rates.size * (mean / root));
    }
  }

  private static MemorySegment slice(MemorySegment numbers, long begin, long count) {
    return numbers.asSlice(DType.F32.bytes(begin), DType.F32.bytes(count));
  }

  private Tensor parameter(String name) {
    return Objects.requireNonNull(parameters.get(name), name);
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
