package org.gta4j.train.block;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.gta4j.checkpoint.Weights;
import org.gta4j.model.ModelConfig;
import org.gta4j.train.torch.GradMode;
import org.gta4j.train.torch.Memory;
import org.gta4j.train.torch.NotEnoughMemoryException;
import org.gta4j.train.torch.TensorScope;
import org.gta4j.train.torch.Torch;

/**
 * A model's parameters in f32, under the names of its checkpoint. They live until this is closed.
 *
 * <p>All of them are trained, unless the model is adapted: then its own stay as they are, and what
 * is trained are the adapters' matrices.
 */
public final class Parameters implements AutoCloseable {
  private static final String WEIGHT = ".weight";
  private static final String DOWN = ".lora_A.weight"; // as PEFT calls them
  private static final String UP = ".lora_B.weight";

  private final ModelConfig config;
  private final SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
  private final SequencedMap<String, Tensor> adapters = new LinkedHashMap<>();
  private Optional<Lora> lora = Optional.empty();

  private Parameters(ModelConfig config) {
    this.config = config;
  }

  private static Parameters empty(ModelConfig config) {
    Parameters parameters = new Parameters(config);
    try {
      config
          .tensors()
          .forEach((name, shape) ->
              parameters.tensors.put(
                  name, Torch.empty(Torch.F32, shape.toArray()).set_requires_grad(true)));
      return parameters;
    } catch (NotEnoughMemoryException e) {
      parameters.close();
      throw e;
    }
  }

  /**
   * Parameters to begin a training with: matrices from a normal distribution, biases zeros, norms
   * ones. The same seed gives the same numbers, one model at a time: the generator is the
   * process's.
   *
   * @param deviation the matrices' standard deviation
   * @throws NotEnoughMemoryException if there is none for them
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
   * The parameters of a model that is there; numbers in blocks are what they stand for.
   *
   * @throws org.gta4j.checkpoint.CheckpointException if a tensor is missing or of another shape
   * @throws NotEnoughMemoryException if there is none for them
   */
  public static Parameters of(ModelConfig config, Weights weights) {
    config.requireTensors(weights);
    Parameters parameters = empty(config);
    parameters.tensors.forEach(
        (name, tensor) -> Memory.copy(weights.get(name, Memory.sizes(tensor)), tensor));
    return parameters;
  }

  /**
   * Adapts linear layers: from now on only what is added to them is trained, and nothing is added
   * before the first step, B being zero. The same seed gives the same numbers.
   *
   * @throws IllegalArgumentException if a target is none of the model's linear layers, or the model
   *     is adapted already
   */
  public void adapt(Lora adaptation, long seed) {
    if (lora.isPresent()) {
      throw new IllegalArgumentException("expected a model without adapters, found one with them");
    }
    List<String> layers = adaptation.layers(config);
    lora = Optional.of(adaptation);
    tensors.values().forEach(tensor -> tensor.set_requires_grad(false));
    synchronized (Parameters.class) {
      Torch.seed(seed);
      layers.forEach(layer -> addAdapter(layer, adaptation.rank()));
    }
  }

  private void addAdapter(String layer, int rank) {
    long[] sizes = Memory.sizes(get(layer + WEIGHT));
    Tensor down = Torch.empty(Torch.F32, rank, sizes[1]);
    Tensor up = Torch.empty(Torch.F32, sizes[0], rank);
    try (TensorScope _ = new TensorScope();
        GradMode _ = GradMode.off()) {
      // As PEFT's adapters begin, and PyTorch's linear layers.
      double bound = 1 / Math.sqrt((double) sizes[1]);
      down.uniform_(-bound, bound, new org.bytedeco.pytorch.GeneratorOptional());
      up.fill_(Torch.scalar(0));
    }
    adapters.put(layer + DOWN, down.set_requires_grad(true));
    adapters.put(layer + UP, up.set_requires_grad(true));
  }

  /** How the model is adapted, where it is. */
  public Optional<Lora> lora() {
    return lora;
  }

  /**
   * The model that these are, without adapters: weights of adapted layers are copies to which is
   * added what adapters add, all other parameters lie where these do. For reading; closed by the
   * caller, before these are.
   *
   * @throws NotEnoughMemoryException if there is none for the copies
   */
  public Parameters merged() {
    Parameters merged = new Parameters(config);
    share(tensors, merged.tensors, false);
    try {
      for (String layer : lora.map(adaptation -> adaptation.layers(config)).orElse(List.of())) {
        Tensor weight = mergedWeight(layer);
        merged.get(layer + WEIGHT).close();
        merged.tensors.put(layer + WEIGHT, weight);
      }
      return merged;
    } catch (RuntimeException e) {
      merged.close();
      throw NotEnoughMemoryException.inWords(e);
    }
  }

  private Tensor mergedWeight(String layer) {
    LowRank added = adapter(layer).orElseThrow();
    try (TensorScope scope = new TensorScope();
        GradMode _ = GradMode.off()) {
      return scope.keep(added.mergedWith(get(layer + WEIGHT)));
    }
  }

  private Optional<LowRank> adapter(String layer) {
    Tensor down = adapters.get(layer + DOWN);
    Tensor up = adapters.get(layer + UP);
    return down == null || up == null
        ? Optional.empty()
        : Optional.of(new LowRank(down, up, lora.orElseThrow().scale()));
  }

  /** The same numbers in the same memory, with gradients of their own. */
  public Parameters sharing() {
    Parameters parameters = new Parameters(config);
    parameters.lora = lora;
    share(tensors, parameters.tensors, lora.isEmpty());
    share(adapters, parameters.adapters, true);
    return parameters;
  }

  private static void share(
      SequencedMap<String, Tensor> from, SequencedMap<String, Tensor> to, boolean trained) {
    from.forEach((name, tensor) -> {
      try (TensorScope scope = new TensorScope()) {
        to.put(name, scope.keep(tensor.detach().set_requires_grad(trained)));
      }
    });
  }

  /** The model's sizes. */
  public ModelConfig config() {
    return config;
  }

  /** All of the model's own parameters by their names, whether they are trained or not. */
  public SequencedMap<String, Tensor> all() {
    return tensors;
  }

  /**
   * What is trained: all of the model's own parameters, or the matrices of its adapters as {@code
   * LAYER.lora_A.weight} and {@code LAYER.lora_B.weight}.
   */
  public SequencedMap<String, Tensor> trained() {
    return lora.isPresent() ? adapters : tensors;
  }

  /** Views of all of the model's own parameters, valid until this is closed. */
  public SequencedMap<String, org.gta4j.tensor.Tensor> views() {
    return views(tensors);
  }

  /** Views of what is {@link #trained}, valid until this is closed. */
  public SequencedMap<String, org.gta4j.tensor.Tensor> trainedViews() {
    return views(trained());
  }

  private static SequencedMap<String, org.gta4j.tensor.Tensor> views(
      SequencedMap<String, Tensor> tensors) {
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
          get(name + WEIGHT),
          Optional.ofNullable(parameters.tensors.get(prefix + name + ".bias")),
          parameters.adapter(prefix + name),
          precision);
    }

    /** A norm. */
    public RmsNorm norm(String name, double epsilon) {
      return new RmsNorm(get(name + WEIGHT), epsilon);
    }
  }

  /**
   * Views of the gradients that backward passes left, by the parameters' names; valid until {@link
   * #forgetGradients}.
   */
  public SequencedMap<String, org.gta4j.tensor.Tensor> gradients() {
    SequencedMap<String, org.gta4j.tensor.Tensor> gradients = new LinkedHashMap<>();
    try (TensorScope _ = new TensorScope()) {
      trained()
          .forEach((name, tensor) -> {
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
      trained()
          .forEach((name, tensor) -> {
            Tensor theirs = other.trainedTensor(name).grad();
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

  private Tensor trainedTensor(String name) {
    return Objects.requireNonNull(trained().get(name), name);
  }

  /** Frees all gradients. */
  public void forgetGradients() {
    try (TensorScope _ = new TensorScope()) {
      trained().values().forEach(tensor -> tensor.mutable_grad().reset());
    }
  }

  @Override
  public void close() {
    tensors.values().forEach(Tensor::close);
    tensors.clear();
    adapters.values().forEach(Tensor::close);
    adapters.clear();
  }
}
