package org.gta4j.model.export;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.gta4j.checkpoint.TensorTypes;
import org.gta4j.model.ModelConfig;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Tensor;

/**
 * Which type each tensor of a model is written as where its weights are to become {@code format}.
 * Not all of them can become blocks, or should.
 */
public final class WeightPlan implements TensorTypes {
  private static final Set<String> TABLES = Set.of("model.embed_tokens.weight", "lm_head.weight");

  private final WeightFormat format;
  private final Set<String> headMatrices = new HashSet<>();

  /** Why a tensor is not of the type that was asked for. */
  public enum Reason {
    /** It is. */
    AS_ASKED(""),
    /** An embedding or output head. */
    TABLE("the embedding and the output head, which decide about single tokens"),
    /** A norm or a bias. */
    VECTOR("norms and biases"),
    /** A matrix per head. */
    PER_HEAD("decoders of heads, which are computed on as f32 whatever they are stored as"),
    /** Rows that are no whole blocks. */
    ROWS("matrices whose rows are not whole blocks of 32 numbers"),
    /** No number that a model computes with. */
    OTHER("tensors of other kinds, as they were");

    private final String text;

    Reason(String text) {
      this.text = text;
    }

    /** For people; empty where there is nothing to explain. */
    public String text() {
      return text;
    }
  }

  /**
   * A plan for a model.
   *
   * @param format what its weights are to become
   */
  public WeightPlan(ModelConfig config, WeightFormat format) {
    this.format = format;
    Set<String> perHead = config.attention().headMatrices();
    for (String name : config.tensors().keySet()) {
      int end = name.indexOf(".self_attn.");
      if (end >= 0 && perHead.contains(name.substring(end + ".self_attn.".length()))) {
        headMatrices.add(name);
      }
    }
  }

  /** Why {@link #typeOf} says what it says. */
  public Reason reason(String name, Tensor tensor) {
    if (!tensor.dtype().isWeight()) {
      return Reason.OTHER;
    }
    if (!format.dtype().isQuantized()) {
      return Reason.AS_ASKED;
    }
    if (tensor.shape().rank() != 2) {
      return Reason.VECTOR;
    }
    if (tensor.shape().size(1) % format.dtype().blockElements() != 0) {
      return Reason.ROWS;
    }
    if (headMatrices.contains(name)) {
      return Reason.PER_HEAD;
    }
    return format == WeightFormat.Q4 && TABLES.contains(name) ? Reason.TABLE : Reason.AS_ASKED;
  }

  @Override
  public DType typeOf(String name, Tensor tensor) {
    return switch (reason(name, tensor)) {
      case OTHER -> tensor.dtype();
      case AS_ASKED -> format.dtype();
      case VECTOR -> DType.F32;
      case TABLE -> DType.Q8_0;
      // As exact as 8-bit blocks at least; what is in 16 bits stays exactly what it is.
      case PER_HEAD, ROWS -> tensor.dtype() == DType.F16 ? DType.F16 : DType.BF16;
    };
  }

  /** How many tensors become which type, and why. */
  public Map<DType, Map<Reason, Integer>> summary(Map<String, Tensor> tensors) {
    Map<DType, Map<Reason, Integer>> summary = new EnumMap<>(DType.class);
    tensors.forEach((name, tensor) ->
        summary
            .computeIfAbsent(typeOf(name, tensor), type -> new EnumMap<>(Reason.class))
            .merge(reason(name, tensor), 1, Integer::sum));
    return summary;
  }
}
