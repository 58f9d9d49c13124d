package org.gta4j.robustness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that go, and come back, while a model is loaded. */
class VanishingFileTest {
  @TempDir private Path root;

  @Test
  void filesThatComeAndGoAreMissedInASentence() throws Exception {
    for (Specimen specimen : TinyModels.all()) {
      if (!List.of("gta", "llama in shards", "llama2.c").contains(specimen.name())) {
        continue;
      }
      Path folder = Files.createDirectory(root.resolve(specimen.name()));
      Path model = specimen.write(folder);
      AtomicBoolean done = new AtomicBoolean();
      Thread thief = Thread.ofPlatform().start(() -> takeAndReturn(folder, specimen, done));
      Map<Probe.Outcome, Integer> outcomes = new EnumMap<>(Probe.Outcome.class);
      try {
        long begin = System.nanoTime();
        for (int i = 0; System.nanoTime() - begin < 1_000_000_000L; i++) {
          Chance chance = new Chance(new SplittableRandom(i));
          outcomes.merge(Probe.run(model, folder, chance), 1, Integer::sum);
        }
      } finally {
        done.set(true);
        thief.join();
      }
      assertThat(outcomes).as(specimen.name()).containsKey(Probe.Outcome.REFUSED);
    }
  }

  private static void takeAndReturn(Path folder, Specimen specimen, AtomicBoolean done) {
    SplittableRandom random = new SplittableRandom(1);
    List<String> files = List.copyOf(specimen.files().keySet());
    while (!done.get()) {
      Path file = folder.resolve(files.get(random.nextInt(files.size())));
      Path away = folder.resolveSibling("away");
      try {
        Files.move(file, away, StandardCopyOption.ATOMIC_MOVE);
        long begin = System.nanoTime();
        long nanos = random.nextLong(2_000_000);
        while (System.nanoTime() - begin < nanos) {
          Thread.onSpinWait();
        }
        Files.move(away, file, StandardCopyOption.ATOMIC_MOVE);
      } catch (NoSuchFileException e) {
        // Another thread's test has ended.
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }

  @Test
  void aLoadedModelNeedsItsFilesNoMoreAndClosesTwice() throws Exception {
    Path model = TinyModels.all().getFirst().write(root);
    LanguageModel loaded = LanguageModel.load(model);
    for (String file : List.of(TinyModels.CONFIG, TinyModels.WEIGHTS)) {
      Files.delete(root.resolve(file));
    }
    assertThat(loaded.generate(Request.greedy(new int[] {1, 2, 3}, 5), text -> {}).ids())
        .isNotEmpty();
    loaded.close();
    loaded.close();
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> LanguageModel.load(model).close());
  }
}
