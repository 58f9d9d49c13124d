package org.gta4j.train.run;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.SafetensorsReader;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;
import org.gta4j.train.torch.FlatNumbers;

/** A checkpoint's moments, as they lie in its file: mapped, until this is closed. */
public final class SavedMoments implements AutoCloseable {
  private static final int MOMENTS = 2;

  private final Arena arena = Arena.ofShared();
  private final List<FlatNumbers> all;

  /**
   * Those of a file.
   *
   * @param wanted names and shapes, one moment's after the other's
   * @throws CheckpointException if one is missing, or of another type or shape
   */
  SavedMoments(Path file, SequencedMap<String, Shape> wanted) {
    List<Tensor> tensors = new ArrayList<>();
    try {
      Map<String, Tensor> saved = SafetensorsReader.read(file, arena);
      wanted.forEach(
          (name, shape) -> tensors.add(AdapterFiles.required(file, name, saved.get(name), shape)));
    } catch (CheckpointException e) {
      arena.close();
      throw e;
    }
    int each = tensors.size() / MOMENTS;
    all =
        List.of(
            FlatNumbers.of(tensors.subList(0, each)),
            FlatNumbers.of(tensors.subList(each, tensors.size())));
  }

  /** The gradients' averages and those of their squares, each of all parameters in their order. */
  List<FlatNumbers> all() {
    return all;
  }

  @Override
  public void close() {
    arena.close();
  }
}
