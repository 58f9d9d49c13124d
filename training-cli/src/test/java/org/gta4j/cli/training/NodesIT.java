package org.gta4j.cli.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.checkpoint.Json;
import org.gta4j.cost.TrainingTraffic;
import org.gta4j.model.ModelConfig;
import org.gta4j.model.Preset;
import org.gta4j.train.run.Metrics;
import org.gta4j.train.run.StepReport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/**
 * Trainings in several processes as users start them, and what becomes of them when one is lost.
 */
class NodesIT {
  private static final int STEPS = 40;

  /** Enough that a training goes on while one of its processes is looked for and killed. */
  private static final int MORE = 120;

  @TempDir private Path folder = Path.of("");

  private final List<Process> started = new ArrayList<>();

  @BeforeEach
  void writeInputs() throws IOException {
    Launched.writeStories(folder);
    ObjectNode config = Preset.named("gta-tiny").config().json().deepCopy();
    config.put("vocab_size", 257).put("hidden_size", 256).put("intermediate_size", 64);
    config.put("num_hidden_layers", 1).putNull("bos_token_id").putNull("eos_token_id");
    Files.write(folder.resolve("config.json"), Json.toBytes(config));
  }

  @AfterEach
  void endAll() throws InterruptedException {
    for (Process process : started) {
      process.destroyForcibly().waitFor();
    }
  }

  private Process train(String name, String... more) throws IOException {
    List<String> command = new ArrayList<>(List.of(Launched.ROOT.resolve("gta").toString()));
    command.addAll(
        Launched.arguments(
            List.of(
                "train",
                "--config=config.json",
                "--data=stories.txt",
                "--tokenizer=tokenizer.json",
                "--out=" + name,
                "--batch-tokens=128",
                "--sequence=32",
                "--micro-tokens=32",
                "--steps=" + STEPS,
                "--save-every=10"),
            more));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(name + ".log").toFile());
    builder.environment().put("GTA_BUILD", "no");
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private String ended(Process process, String name, int code)
      throws IOException, InterruptedException {
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
    String log = Files.readString(folder.resolve(name + ".log"));
    assertThat(process.exitValue()).as(log).isEqualTo(code);
    return log;
  }

  private static String freePlace() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "--rendezvous=127.0.0.1:" + socket.getLocalPort();
    }
  }

  private void awaitCheckpoint(String name, Process process)
      throws IOException, InterruptedException {
    while (!Files.isDirectory(folder.resolve(name + "/checkpoints/step-00000010"))) {
      assertThat(process.isAlive()).as(Files.readString(folder.resolve(name + ".log"))).isTrue();
      Thread.sleep(5);
    }
  }

  @Test
  void whenAWorkerIsKilledAllGoOnFromTheLastCheckpoint() throws IOException, InterruptedException {
    String place = freePlace();
    String steps = "--steps=" + MORE;
    String keep = "--keep=" + MORE / 10; // so that the first is there when it is looked for
    Process first = train("first", "--nodes=2", "--node-rank=0", place, steps, keep);
    Process second = train("second", "--nodes=2", "--node-rank=1", place, steps, keep);
    awaitCheckpoint("first", first);
    ProcessHandle victim = second.children().findFirst().orElseThrow();
    victim.destroyForcibly();
    String lost =
        "worker 1 was lost: its process %d was killed, as systems do where memory runs out. Restart 1 of 3"
            .formatted(victim.pid());
    assertThat(ended(first, "first", 0))
        .contains(lost + ": going on from first/checkpoints/step-00000")
        .contains("trained: first is a model now");
    assertThat(ended(second, "second", 0)).contains(lost);
    assertThat(folder.resolve("second")).doesNotExist();
    ended(train("whole", steps), "whole", 0); // beside the others it would slow them down

    ModelConfig config = ModelConfig.read(ConfigFile.read(folder.resolve("config.json")));
    long sent = new TrainingTraffic(config.parameters(), 2, true).step(0).bytes();
    List<StepReport> wanted = Metrics.read(folder.resolve("whole"));
    List<StepReport> found = Metrics.read(folder.resolve("first"));
    assertThat(found).hasSize(MORE);
    for (int i = 0; i < MORE; i++) {
      assertThat(found.get(i).step()).isEqualTo(i + 1);
      assertThat(found.get(i).loss()).isCloseTo(wanted.get(i).loss(), within(1e-5));
      assertThat(found.get(i).bytesSent()).hasValue(sent);
    }
  }

  @Test
  void aLostWorkerEndsTheOthersAndAnyNumberGoesOn() throws IOException, InterruptedException {
    Process process = train("model", "--workers=3", "--max-restarts=0", "--steps=" + MORE);
    awaitCheckpoint("model", process);
    List<ProcessHandle> workers = process.children().toList();
    assertThat(workers).hasSize(3);
    long victim = workers.getLast().pid();
    workers.getLast().destroyForcibly();
    assertThat(ended(process, "model", 1))
        .containsPattern("worker \\d was lost: its process " + victim + " was killed")
        .containsPattern("The last checkpoint is model/checkpoints/step-\\d+, complete; --resume")
        .doesNotContain("Restart");
    assertThat(workers).noneMatch(ProcessHandle::isAlive);

    String resumed = ended(train("model", "--resume", "--steps=" + MORE), "model", 0);
    assertThat(resumed).contains("going on from").contains("model is a model now");
    assertThat(Metrics.read(folder.resolve("model"))).hasSize(MORE);
  }

  @Test
  void nodesThatDoNotFitAreRefusedInWords() throws IOException, InterruptedException {
    String place = freePlace();
    Process first = train("first", "--nodes=2", "--node-rank=0", place);
    Process second = train("second", "--nodes=2", "--node-rank=1", place, "--steps=41");
    String different =
        "worker 1 was started otherwise than worker 0: expected \"steps\" : 40, found \"steps\" : 41";
    assertThat(ended(first, "first", 1)).contains(different);
    assertThat(ended(second, "second", 1)).contains(different);

    Process more = train("more", "--nodes=2", "--node-rank=0", place, "--workers=2");
    Process fewer = train("fewer", "--nodes=2", "--node-rank=1", place);
    String workers =
        "node 1 was started otherwise than node 0: expected workers: 2, found workers: 1";
    assertThat(ended(more, "more", 1)).contains(workers);
    assertThat(ended(fewer, "fewer", 1)).contains(workers);

    String other = freePlace();
    Process lonely = train("lonely", "--nodes=2", "--node-rank=0", place, "--worker-timeout=2");
    Process nowhere = train("nowhere", "--nodes=2", "--node-rank=1", other, "--worker-timeout=2");
    assertThat(ended(lonely, "lonely", 1)).containsPattern("node 1 did not come to .* within 2 s");
    assertThat(ended(nowhere, "nowhere", 1)).contains("node 0 cannot be met at 127.0.0.1:");
  }
}
