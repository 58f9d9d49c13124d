package org.gta4j.train.block;

import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.gta4j.checkpoint.Weights;
import org.gta4j.model.ModelConfig;
import org.gta4j.train.torch.GradMode;
import org.gta4j.train.torch.Memory;
import org.gta4j.train.torch.TensorScope;
import org.gta4j.train.torch.Torch;

/**
 * A model's parameters in f32, under the names of its checkpoint. They live until this is closed.
 */
public final class Parameters implements AutoCloseable {
  private final ModelConfig config;
  private final SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();

  private Parameters(ModelConfig config) {
    this.config = config;
  }

  private static Parameters empty(ModelConfig config) {
    Parameters parameters = new Parameters(config);
    config
        .tensors()
        .forEach((name, shape) ->
            parameters.tensors.put(
                name, Torch.empty(Torch.F32, shape.toArray()).set_requires_grad(true)));
    return parameters;
  }

  /**
   * Parameters to begin a training with: matrices from a normal distribution, biases zeros, norms
   * ones. The same seed gives the same numbers, one model at a time: the generator is the
   * process's.
   *
   * @param deviation the matrices' standard deviation
   */
  public static synchronized Parameters random(ModelConfig config, long seed, double deviation) {
    Parameters parameters = empty(config);
    Torch.seed(seed);
    try (TensorScope _ = new TensorScope();
        GradMode _ = GradMode.off()) {
      parameters.tensors.forEach((name, tensor) -> {
        if (tensor.dim() > 1) {
          tensor.normal_(0, deviation, new org.bytedeco.pytorch.GeneratorOptional());
        } else {
          tensor.fill_(Torch.scalar(name.endsWith("norm.weight") ? 1 : 0));
        }
      });
    }
    return parameters;
  }

  /**
   * The parameters of a model that is there.
   *
   * @throws org.gta4j.checkpoint.CheckpointException if a tensor is missing or of another shape
   * @throws IllegalArgumentException if a tensor's type cannot be trained: of numbers in blocks
   *     only roundings are left
   */
  public static Parameters of(ModelConfig config, Weights weights) {
    config.requireTensors(weights);
    Parameters parameters = empty(config);
    parameters.tensors.forEach((name, tensor) -> {
      org.gta4j.tensor.Tensor values = weights.get(name, Memory.sizes(tensor));
      if (!values.dtype().isPlain()) {
        parameters.close();
        throw new IllegalArgumentException(
            "%s: tensor %s: expected numbers of type f32, bf16 or f16 to train from, found %s"
                .formatted(weights.file(), name, values.dtype().label()));
      }
      Memory.copy(values, tensor);
    });
    return parameters;
  }

  /** The same numbers in the same memory, with gradients of their own. */
  public Parameters sharing() {
    Parameters parameters = new Parameters(config);
    tensors.forEach((name, tensor) -> {
      try (TensorScope scope = new TensorScope()) {
        parameters.tensors.put(name, scope.keep(tensor.detach().set_requires_grad(true)));
      }
    });
    return parameters;
  }

  /** The model's sizes. */
  public ModelConfig config() {
    return config;
  }

  /** All parameters by their names. */
  public SequencedMap<String, Tensor> all() {
    return tensors;
  }

  /** Views of all parameters, valid until this is closed. */
  public SequencedMap<String, org.gta4j.tensor.Tensor> views() {
    SequencedMap<String, org.gta4j.tensor.Tensor> views = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> views.put(name, Memory.view(tensor)));
    return views;
  }

  /** The parameter of that name, which must exist. */
  public Tensor get(String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("no parameter has the name " + name);
    }
    return tensor;
  }

  /** The parameters whose names begin with {@code prefix}. */
  public Group under(String prefix) {
    return new Group(this, prefix);
  }

  /** Parameters whose names begin alike. */
  public record Group(Parameters parameters, String prefix) {
    /** The parameters below that. */
    public Group under(String inner) {
      return new Group(parameters, prefix + inner);
    }

    /** {@code name} below the prefix. */
    public Tensor get(String name) {
      return parameters.get(prefix + name);
    }

    /** A linear layer; it has a bias where the checkpoint has one. */
    public Linear linear(String name, Precision precision) {
      return new Linear(
          get(name + ".weight"),
          Optional.ofNullable(parameters.tensors.get(prefix + name + ".bias")),
          precision);
    }

    /** A norm. */
    public RmsNorm norm(String name, double epsilon) {
      return new RmsNorm(get(name + ".weight"), epsilon);
    }
  }

  /**
   * Views of the gradients that backward passes left, by the parameters' names; valid until {@link
   * #forgetGradients}.
   */
  public SequencedMap<String, org.gta4j.tensor.Tensor> gradients() {
    SequencedMap<String, org.gta4j.tensor.Tensor> gradients = new LinkedHashMap<>();
    try (TensorScope _ = new TensorScope()) {
      tensors.forEach((name, tensor) -> {
        Tensor gradient = tensor.grad();
        if (gradient.defined()) {
          gradients.put(name, Memory.view(gradient));
        }
      });
    }
    return gradients;
  }

  /**
   * Adds another's gradients to these, and leaves it none.
   *
   * @param other what {@link #sharing} gave
   */
  public void takeGradients(Parameters other) {
    try (TensorScope _ = new TensorScope();
        GradMode _ = GradMode.off()) {
      tensors.forEach((name, tensor) -> {
        Tensor theirs = other.get(name).grad();
        if (!theirs.defined()) {
          return;
        }
        if (tensor.grad().defined()) {
          tensor.grad().add_(theirs);
        } else {
          tensor.mutable_grad().put(theirs);
        }
      });
    }
    other.forgetGradients();
  }

  /** Frees all gradients. */
  public void forgetGradients() {
    try (TensorScope _ = new TensorScope()) {
      tensors.values().forEach(tensor -> tensor.mutable_grad().reset());
    }
  }

  @Override
  public void close() {
    tensors.values().forEach(Tensor::close);
    tensors.clear();
  }
}
