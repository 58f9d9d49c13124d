package org.gta4j.checkpoint;

import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;

/**
 * A checkpoint's tensors by name, as views of the mapped file.
 *
 * @param file the file or folder they come from, for errors
 * @param prefix what stands before the names asked for
 * @param tensors every tensor by its whole name, in the checkpoint's order
 */
public record Weights(String file, String prefix, SequencedMap<String, Tensor> tensors) {
  /** The tensors of a file. */
  public Weights(String file, SequencedMap<String, Tensor> tensors) {
    this(file, "", tensors);
  }

  /** The tensors whose names begin with {@code inner} below this prefix. */
  public Weights under(String inner) {
    return new Weights(file, prefix + inner, tensors);
  }

  /** Whether there is a tensor of that name. */
  public boolean has(String name) {
    return tensors.containsKey(prefix + name);
  }

  /**
   * A tensor of exactly these sizes and of a type that can be computed on.
   *
   * @throws CheckpointException if it is missing, has another shape or another kind of element
   */
  public Tensor get(String name, long... sizes) {
    Tensor tensor = tensors.get(prefix + name);
    Shape wanted = Shape.of(sizes);
    if (tensor == null) {
      throw CheckpointException.of(
          file, "tensor " + prefix + name, "shape " + wanted, "no such tensor");
    }
    if (!tensor.shape().equals(wanted)) {
      throw CheckpointException.of(
          file, "tensor " + prefix + name, "shape " + wanted, tensor.shape());
    }
    if (!tensor.dtype().isWeight()) {
      throw CheckpointException.of(
          file,
          "tensor " + prefix + name,
          "elements of type F32, F16, BF16 or one of GGUF's blocks",
          tensor.dtype());
    }
    return tensor;
  }

  /** {@link #get}, or nothing where {@code present} is false. */
  public Optional<Tensor> get(boolean present, String name, long... sizes) {
    return present ? Optional.of(get(name, sizes)) : Optional.empty();
  }

  /**
   * The first of all tensors that holds something else than finite numbers, with what it holds;
   * reads every element, for the report of a damaged model.
   */
  public Optional<String> firstNotFinite() {
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      Tensor tensor = entry.getValue();
      long elements = tensor.dtype().isWeight() ? tensor.shape().elements() : 0;
      for (long i = 0; i < elements; i++) {
        if (!Float.isFinite(tensor.get(i))) {
          return Optional.of(
              "tensor %s: expected finite numbers, found %s"
                  .formatted(entry.getKey(), tensor.get(i)));
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Lets the process's memory of the file go, after tensors were packed into memory of their own:
   * the system maps pages around those that are read, neighbours' too. What is read again comes
   * back, as long as the system has room from its cache.
   */
  public void unload() {
    for (Tensor tensor : tensors.values()) {
      if (tensor.data().isMapped()) {
        tensor.data().unload();
      }
    }
  }

  /** Bytes of all tensors. */
  public long bytes() {
    return tensors.values().stream().mapToLong(tensor -> tensor.data().byteSize()).sum();
  }

  /** Whether some of them are in blocks. */
  public boolean isQuantized() {
    return tensors.values().stream().anyMatch(tensor -> tensor.dtype().isQuantized());
  }

  /** The type of most of the bytes: what people call the checkpoint's type. */
  public DType mainType() {
    DType main = DType.F32;
    long most = -1;
    for (DType dtype : DType.values()) {
      long bytes =
          tensors.values().stream()
              .filter(tensor -> tensor.dtype() == dtype)
              .mapToLong(tensor -> tensor.data().byteSize())
              .sum();
      if (bytes > most) {
        most = bytes;
        main = dtype;
      }
    }
    return main;
  }
}
