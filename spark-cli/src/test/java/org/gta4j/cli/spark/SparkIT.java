package org.gta4j.cli.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.gta4j.checkpoint.Json;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./gta spark} as users start it, and processes that are killed. */
@EnabledOnOs(OS.LINUX)
class SparkIT {
  private static final Path ROOT = Path.of(System.getProperty("gta.root", "..")).toAbsolutePath();
  private static final int ROWS = 120;
  private static final long SECONDS = 240;

  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void writePrompts() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < ROWS; i++) {
      lines.append(Json.object().put("id", "row " + i).put("text", "Once upon a time " + i));
      lines.append('\n');
    }
    Files.writeString(folder.resolve("prompts.jsonl"), lines);
  }

  private ProcessBuilder gta(String... arguments) {
    List<String> command = new ArrayList<>(List.of(ROOT.resolve("gta").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    // The JVM would say that it has picked them up, and flags of others might not go with the
    // cache.
    builder.environment().keySet().removeAll(Set.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    builder.environment().put("GTA_BUILD", "no");
    builder.redirectErrorStream(true).redirectOutput(folder.resolve("log").toFile());
    return builder;
  }

  private ProcessBuilder generate(String master, String out) {
    return gta(
        "spark",
        "generate",
        "--master=" + master,
        "--input=prompts.jsonl",
        "--output=" + out,
        "--chunk-rows=4",
        "--max-tokens=40",
        "--temperature=1",
        "--json");
  }

  private String ended(Process process) throws IOException, InterruptedException {
    assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
    String log = Files.readString(folder.resolve("log"));
    assertThat(process.exitValue()).as(log).isZero();
    return log;
  }

  /** The results' files, or nothing where there are none yet. */
  private Map<String, String> results(String out) throws IOException {
    Map<String, String> results = new TreeMap<>();
    Path place = folder.resolve(out);
    if (Files.isDirectory(place)) {
      try (Stream<Path> files = Files.list(place)) {
        for (Path file : files.filter(each -> each.toString().endsWith(".jsonl")).toList()) {
          results.put(String.valueOf(file.getFileName()), Files.readString(file));
        }
      }
    }
    return results;
  }

  private void awaitFiles(String out, int count, Process process)
      throws IOException, InterruptedException {
    while (results(out).size() < count) {
      assertThat(process.isAlive()).as(Files.readString(folder.resolve("log"))).isTrue();
      Thread.sleep(20);
    }
  }

  @Test
  void aKilledDriverLeavesWholeFilesAndAnExecutorsDeathNothing()
      throws IOException, InterruptedException {
    Process first = generate("local[2]", "cut").start();
    awaitFiles("cut", 3, first);
    first.destroyForcibly().waitFor();
    Map<String, String> before = results("cut");
    assertThat(before.size()).isLessThan(ROWS / 4);
    before.values().forEach(text -> assertThat(text.lines()).hasSize(4));
    for (String name : before.keySet()) {
      Files.setLastModifiedTime(folder.resolve("cut").resolve(name), FileTime.fromMillis(1000));
    }
    assertThat(ended(generate("local[2]", "cut").start()))
        .contains("\"rows\":120", "\"resumed_rows\":" + 4 * before.size());
    for (String name : before.keySet()) {
      assertThat(Files.getLastModifiedTime(folder.resolve("cut").resolve(name)).toMillis())
          .isEqualTo(1000);
    }

    ProcessBuilder cluster = generate("local-cluster[2,1,1024]", "cluster");
    cluster.environment().put("SPARK_HOME", sparkHome().toString());
    cluster.environment().put("SPARK_SCALA_VERSION", "2.13");
    Process driver = cluster.start();
    awaitFiles("cluster", 2, driver);
    List<ProcessHandle> executors =
        driver
            .descendants()
            .filter(process ->
                process
                    .info()
                    .commandLine()
                    .filter(line -> line.contains("CoarseGrainedExecutorBackend"))
                    .isPresent())
            .toList();
    assertThat(executors).hasSize(2);
    assertThat(executors.getFirst().destroyForcibly()).isTrue();
    assertThat(results("cluster").size()).isLessThan(ROWS / 4);
    assertThat(ended(driver)).contains("\"rows\":120", "\"errors\":0");
    assertThat(results("cluster")).isEqualTo(results("cut"));
    assertThat(results("cut")).hasSize(ROWS / 4);
    List<String> ids = new ArrayList<>();
    results("cut")
        .values()
        .forEach(text ->
            text.lines()
                .forEach(line ->
                    ids.add(
                        Json.readObject("line", line.getBytes(StandardCharsets.UTF_8))
                            .path("id")
                            .stringValue())));
    assertThat(ids).hasSize(ROWS).doesNotHaveDuplicates();
  }

  /** What a cluster has: Spark's jars and their libraries, by links, and none of ours. */
  private Path sparkHome() throws IOException {
    Path jars = Files.createDirectories(folder.resolve("spark-home/jars"));
    Path lib = ROOT.resolve("spark-cli/target/gta/lib");
    for (Path place : List.of(lib, lib.resolve("spark"))) {
      try (Stream<Path> files = Files.list(place)) {
        for (Path jar : files.filter(Files::isRegularFile).toList()) {
          String name = String.valueOf(jar.getFileName());
          if (!name.startsWith("gta4j-")) {
            Files.createSymbolicLink(jars.resolve(name), jar);
          }
        }
      }
    }
    return jars.resolveSibling("");
  }

  @Test
  void aPreparationThatIsKilledLeavesNothingInItsPlace() throws IOException, InterruptedException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 60_000; i++) {
      lines.append(Json.object().put("text", "Once upon a time there was a cat, number " + i));
      lines.append('\n');
    }
    Files.writeString(folder.resolve("texts.jsonl"), lines);
    String[] command = {
      "data",
      "prepare",
      "--engine=spark",
      "--master=local[2]",
      "--data=texts.jsonl",
      "--tokenizer=" + ROOT.resolve("cli/src/test/models/stories260K/tok512.bin"),
      "--out=tokens"
    };
    Process killed = gta(command).start();
    while (unfinished().isEmpty()) {
      assertThat(killed.isAlive()).as(Files.readString(folder.resolve("log"))).isTrue();
      Thread.sleep(10);
    }
    killed.destroyForcibly().waitFor();
    assertThat(folder.resolve("tokens")).doesNotExist();
    List<Path> left = unfinished();
    assertThat(left).hasSize(1);
    FileTime old = FileTime.fromMillis(1000); // what is young may belong to somebody
    try (Stream<Path> files = Files.walk(left.getFirst())) {
      for (Path file : files.toList()) {
        Files.setLastModifiedTime(file, old);
      }
    }
    assertThat(ended(gta(command).start())).contains("tokens: 60,000 documents");
    assertThat(unfinished()).isEmpty();
    assertThat(folder.resolve("tokens/index.json")).exists();
  }

  private List<Path> unfinished() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> String.valueOf(file.getFileName()).startsWith(".gta4j-"))
          .toList();
    }
  }

  /** Without one that fits it would start as well, only more slowly, and nobody would know. */
  @Test
  void startsFromItsCache() throws IOException, InterruptedException {
    ProcessBuilder builder =
        gta("spark", "tokenize", "--master=local[1]", "--input=prompts.jsonl", "--output=ids");
    builder.environment().put("GTA_JAVA_OPTS", "-XX:AOTMode=on");
    assertThat(ended(builder.start())).contains("0 of them errors");
  }

  /** A launcher of Spark's that says what it was asked. */
  @Test
  void aClusterThatSparkAloneReachesIsLeftToItsLauncher() throws IOException, InterruptedException {
    String[] command = {
      "spark",
      "tokenize",
      "--master=yarn",
      "--conf=spark.executor.cores=3",
      "--input=prompts.jsonl",
      "--output=ids"
    };
    ProcessBuilder without = gta(command);
    without.environment().remove("SPARK_HOME");
    Process refused = without.start();
    assertThat(refused.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(refused.exitValue()).isEqualTo(1);
    assertThat(Files.readString(folder.resolve("log")))
        .isEqualTo(
            "gta: --master: yarn: expected SPARK_HOME to name a Spark 4.2.0 with bin/spark-submit,"
                + " which knows how to reach the cluster; found no SPARK_HOME\n");

    Path program = folder.resolve("spark/bin/spark-submit");
    Files.createDirectories(program.getParent());
    Files.writeString(program, "#!/bin/sh\nprintf '%s\\n' \"$@\"\nexit 7\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    ProcessBuilder with = gta(command);
    with.environment().put("SPARK_HOME", folder.resolve("spark").toString());
    Process submitted = with.start();
    assertThat(submitted.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(submitted.exitValue()).isEqualTo(7);
    List<String> asked = Files.readAllLines(folder.resolve("log"));
    assertThat(asked)
        .startsWith("--master", "yarn", "--deploy-mode", "client", "--class")
        .contains(SparkMain.class.getName(), "spark.executor.cores=3")
        .endsWith(command);
    assertThat(asked.get(asked.indexOf("--jars") + 1))
        .contains("gta4j-core-", "gta4j-spark-", "jackson-databind-3")
        .doesNotContain("spark-core_2.13");
  }
}
