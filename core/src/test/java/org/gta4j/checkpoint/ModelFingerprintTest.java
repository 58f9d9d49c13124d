package org.gta4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.function.Consumer;
import org.gta4j.model.RandomCheckpoint;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model is told from every other one, wherever it is. */
class ModelFingerprintTest {
  @TempDir private Path folder;

  private static String digest(Path model) {
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      return ModelFingerprint.of(checkpoint).digest();
    }
  }

  private String changed(Consumer<RandomCheckpoint> change) {
    RandomCheckpoint model = RandomCheckpoint.gta(1, 100, 64);
    change.accept(model);
    return digest(model.write(folder.resolve("changed")));
  }

  @Test
  void theSameModelHasTheSameAnywhere() throws IOException {
    Path one = RandomCheckpoint.gta(1, 100, 64).write(folder.resolve("one"));
    Path two = Files.createDirectory(folder.resolve("two"));
    for (String file : new String[] {"config.json", "model.safetensors"}) {
      Files.copy(one.resolve(file), two.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
    assertThat(digest(two)).isEqualTo(digest(one)).matches("[0-9a-f]{64}");
    assertThat(changed(model -> {})).isEqualTo(digest(one));
    try (Checkpoint checkpoint = Checkpoint.open(two)) {
      assertThat(ModelFingerprint.of(checkpoint).name()).isEqualTo("two");
    }
  }

  @Test
  void whateverIsAnotherMakesAnother() {
    String plain = changed(model -> {});
    assertThat(changed(model -> model.set("rope_theta", 500_000))).isNotEqualTo(plain);
    assertThat(changed(model -> model.norm("further", 4))).isNotEqualTo(plain);
    assertThat(digest(RandomCheckpoint.gta(2, 100, 64).write(folder.resolve("seed"))))
        .isNotEqualTo(plain);
    assertThat(digest(RandomCheckpoint.gta(1, 100, 64).write(folder.resolve("f16"), DType.F16)))
        .isNotEqualTo(plain);
    for (Map.Entry<String, Tensor> entry : RandomCheckpoint.gta(1, 100, 64).tensors().entrySet()) {
      String name = entry.getKey();
      long last = entry.getValue().shape().elements() - 1;
      for (long index : new long[] {0, last}) {
        assertThat(
                changed(model -> model.tensor(name).set(index, model.tensor(name).get(index) + 1)))
            .as("%s[%d]", name, index)
            .isNotEqualTo(plain);
      }
    }
  }

  /**
   * Matrices that are read in pieces: another training step changes nearly all of their numbers.
   */
  @Test
  void largeTensorsAreToldByTheirPieces() {
    String plain = large(1, 0);
    assertThat(large(1, 0)).isEqualTo(plain);
    assertThat(large(2, 0)).isNotEqualTo(plain);
    assertThat(large(1, 1e-6f)).isNotEqualTo(plain);
  }

  private String large(double gain, float added) {
    RandomCheckpoint model = RandomCheckpoint.decoder(1, 100, 32, 1).set("model_type", "llama");
    for (int i = 0; i < 4; i++) {
      model.matrix("large." + i, 1000, 300, gain);
    }
    if (added > 0) {
      Tensor tensor = model.tensor("large.3");
      for (long i = 0; i < tensor.shape().elements(); i++) {
        tensor.set(i, tensor.get(i) * (1 + added));
      }
    }
    return digest(model.write(folder.resolve("large")));
  }
}
