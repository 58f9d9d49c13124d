package org.gta4j.cli.spark.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.gta4j.cli.RefusedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobFolderTest {
  private static final int JOBS = 8;

  @TempDir private Path parent = Path.of("");

  private static Optional<JobFolder> opened(Path folder, Map<String, String> settings) {
    try {
      return Optional.of(JobFolder.open("--output", folder, settings));
    } catch (RefusedException e) {
      assertThat(e).hasMessageContaining("another process is writing there");
      return Optional.empty();
    }
  }

  @Test
  void ofJobsThatBeginAtOnceOneGetsTheFolder() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(JOBS)) {
      for (int round = 0; round < 20; round++) {
        Path folder = parent.resolve("out" + round);
        CyclicBarrier begin = new CyclicBarrier(JOBS);
        List<Future<Optional<JobFolder>>> all = new ArrayList<>();
        for (int job = 0; job < JOBS; job++) {
          Map<String, String> settings = Map.of("job", Integer.toString(job));
          all.add(
              threads.submit(() -> {
                begin.await();
                return opened(folder, settings);
              }));
        }
        List<JobFolder> got = new ArrayList<>();
        for (Future<Optional<JobFolder>> each : all) {
          each.get().ifPresent(got::add);
        }
        assertThat(got).hasSize(1);
        got.getFirst().close();
      }
    }
  }

  @Test
  void successIsSaidOnlyWhereAllFilesAre() throws IOException {
    Path folder = parent.resolve("out");
    List<Chunk> chunks = List.of(new Chunk(0, 0, 5, 1, 1), new Chunk(1, 5, 9, 2, 1));
    Path success = folder.resolve("_SUCCESS");
    try (JobFolder job = JobFolder.open("--output", folder, Map.of())) {
      Files.writeString(folder.resolve("part-000000.jsonl"), "{}\n");
      assertThatThrownBy(() -> job.finish(chunks))
          .hasMessageContaining("expected part-000001.jsonl, which a task has written");
      assertThat(success).doesNotExist();
      Files.writeString(folder.resolve("part-000001.jsonl"), "{}\n");
      job.finish(chunks);
      assertThat(success).exists();
      job.goOn();
      assertThat(success).doesNotExist();
    }
  }

  @Test
  void aFolderIsFreeAgainAfterwardsForTheSameJob() throws IOException {
    Path folder = parent.resolve("out");
    JobFolder.open("--output", folder, Map.of("seed", "3")).close(); // without a result
    JobFolder.open("--output", folder, Map.of("seed", "1")).close();
    Files.writeString(folder.resolve("part-000000.jsonl"), "{}\n");
    JobFolder.open("--output", folder, Map.of("seed", "1")).close();
    for (int i = 0; i < 2; i++) { // a refused one holds nothing
      assertThatThrownBy(() -> JobFolder.open("--output", folder, Map.of("seed", "2")))
          .hasMessageContaining("seed: expected 1");
    }
    Path other = Files.createDirectories(parent.resolve("other"));
    Files.writeString(other.resolve("notes.txt"), "x");
    assertThatThrownBy(() -> JobFolder.open("--output", other, Map.of()))
        .hasMessageContaining("expected an empty folder");
    assertThat(other.resolve("_lock")).doesNotExist();
  }
}
