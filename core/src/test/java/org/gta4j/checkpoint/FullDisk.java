package org.gta4j.checkpoint;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;

/** Writes models where the system lets no file grow beyond some size, and says what came of it. */
final class FullDisk {
  /** What the system is to allow. */
  static final int FILE_BYTES = 1 << 16;

  private FullDisk() {}

  public static void main(String[] arguments) {
    Path folder = Path.of(arguments[0]);
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("small", Tensor.allocate(Arena.global(), DType.F32, Shape.of(100)));
    tensors.put("large", Tensor.allocate(Arena.global(), DType.F32, Shape.of(1 << 16)));
    attempt(() -> SafetensorsWriter.write(folder.resolve("file.safetensors"), tensors));
    attempt(() ->
        HuggingFaceFolder.write(
            folder.resolve("a/b/model"), Json.object(), tensors, DType.F32, 1 << 10));
    attempt(() ->
        HuggingFaceFolder.write(
            folder.resolve("empty"), Json.object(), tensors, DType.BF16, 1 << 10));
  }

  private static void attempt(Runnable writing) {
    try {
      writing.run();
      System.out.println("written");
    } catch (CheckpointException e) {
      System.out.println(e.getMessage());
    }
  }
}
