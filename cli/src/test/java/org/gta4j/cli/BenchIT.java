package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code gta bench} on the real launcher. What it measures is not tested, but that it measures. */
class BenchIT {
  @TempDir Path folder;

  private static List<JsonNode> lines(String... arguments) {
    List<String> all = new ArrayList<>(List.of("bench", "--json", "--repetitions", "1"));
    all.addAll(List.of(arguments));
    JsonMapper mapper = new JsonMapper();
    return GtaProcess.run(all.toArray(new String[0]))
        .done()
        .out()
        .lines()
        .map(mapper::readTree)
        .toList();
  }

  @Test
  void aLineACaseOfRandomWeights() {
    List<JsonNode> lines =
        lines(
            "--random",
            "gta-tiny",
            "--weights",
            "q4",
            "--cache-type",
            "f16",
            "--prompt",
            "20,40",
            "--generate",
            "4",
            "--batch",
            "1,3",
            "--depth",
            "0,50");
    assertThat(lines).hasSize(8);
    assertThat(lines.stream().map(BenchIT::name))
        .containsExactlyInAnyOrder(
            "20 1 0", "40 1 0", "20 3 0", "40 3 0", "20 1 50", "40 1 50", "20 3 50", "40 3 50");
    for (JsonNode line : lines) {
      assertThat(line.get("model").stringValue()).isEqualTo("gta-tiny");
      assertThat(line.get("weights").stringValue()).isEqualTo("q4");
      assertThat(line.get("cache_type").stringValue()).isEqualTo("f16");
      assertThat(line.get("threads").intValue()).isPositive();
      assertThat(line.get("backend").stringValue()).isIn("native", "vector", "scalar");
      assertThat(line.get("kernels").stringValue()).isNotEmpty();
      for (String key :
          List.of(
              "prefill_tokens_per_second",
              "decode_tokens_per_second",
              "bytes_per_token",
              "floor_fraction",
              "prefill_floor_fraction",
              "decode_floor_fraction")) {
        assertThat(line.get(key).doubleValue()).as(key).isPositive();
      }
      assertThat(line.has("peer")).isFalse();
    }
  }

  private static String name(JsonNode line) {
    return "%d %d %d"
        .formatted(
            line.get("prompt").intValue(),
            line.get("batch").intValue(),
            line.get("depth").intValue());
  }

  @Test
  void whatIsNotMeasuredIsNotThere() {
    JsonNode decode = lines("--prompt", "0", "--generate", "3").getFirst();
    assertThat(decode.get("weights").stringValue()).isEqualTo("f32");
    assertThat(decode.has("prefill_tokens_per_second")).isFalse();
    assertThat(decode.has("prompt")).isFalse();
    assertThat(decode.get("floor_fraction")).isEqualTo(decode.get("decode_floor_fraction"));
    JsonNode prefill = lines("--generate", "0", "--prompt", "30").getFirst();
    assertThat(prefill.propertyNames())
        .doesNotContainAnyElementsOf(Set.of("decode_tokens_per_second", "bytes_per_token"));
    assertThat(prefill.get("floor_fraction")).isEqualTo(prefill.get("prefill_floor_fraction"));
  }

  @Test
  void peopleGetATable() {
    assertThat(
            GtaProcess.run(
                    "bench",
                    "--random",
                    "gqa-tiny",
                    "--prompt",
                    "16",
                    "--generate",
                    "2",
                    "--repetitions",
                    "1")
                .done()
                .out())
        .contains("gqa-tiny: gqa attention", "this machine: reads", "G operations/s", "MB/token");
  }

  @ParameterizedTest
  @CsvSource({"f32, false", "q8, true"})
  void activationsAreSaidToBeWhatTheyAre(String weights, boolean quantized) {
    String head =
        GtaProcess.run(
                "bench",
                "--random",
                "gqa-tiny",
                "--weights",
                weights,
                "--prompt",
                "1",
                "--generate",
                "0",
                "--repetitions",
                "1")
            .done()
            .out();
    if (head.contains("native:")) {
      assertThat(head.contains("8-bit (f32 where")).as(head).isEqualTo(quantized);
      assertThat(head.contains(" f32 activations")).as(head).isNotEqualTo(quantized);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--random nope | --random: expected the name of a shape, one of gqa-160m",
        "--random gta-tiny --weights q3 | --weights: expected f32, f16, bf16, q8 or q4, found q3",
        "--prompt 1,,2 | --prompt: expected integers from 0 to 16777216 with commas between them",
        "--batch 0 | --batch: expected integers from 1",
        "--depth -1 | --depth: expected integers from 0",
        "--prompt 0 --generate 0 | nothing to measure",
        "--compare llamacpp | --compare: expected llamacpp=FOLDER, found llamacpp",
        "--compare llamacpp=. --compare-model x | --compare-model: expected a GGUF file",
        "--compare llamacpp=. --cache-type f32 | llama.cpp's programs have no such cache",
        "--compare-model x.gguf | --compare-model is for --compare",
        "--batch 5000 | --batch: expected integers from 1 to 4096",
        "--depth 100 --context 50 | --context: expected room for sequences of 612 tokens, found 50",
        "--repetitions 0 | --repetitions: expected an integer from 1 on, found 0"
      })
  void aWrongCommandIsRefusedInASentence(String arguments, String sentence) {
    List<String> all = new ArrayList<>(List.of("bench"));
    all.addAll(List.of(arguments.strip().split(" ", -1)));
    GtaProcess.Ended process = GtaProcess.run(all.toArray(new String[0]));
    assertThat(process.code()).isEqualTo(2);
    assertThat(process.err()).contains(sentence.strip());
    assertThat(process.out()).isEmpty();
  }

  @Test
  void aCacheThatCannotFitIsRefusedBeforeItIsTaken() {
    GtaProcess.Ended process =
        GtaProcess.run("bench", "--random", "gta-tiny", "--depth", "16000000", "--batch", "4000");
    assertThat(process.code()).isEqualTo(1);
    assertThat(process.err()).contains("this machine has").contains("ask for fewer");
  }

  @Test
  void whatAModelWasNotMadeForIsMeasuredAndSaid() {
    GtaProcess.Ended process =
        GtaProcess.run("bench", "--depth", "600", "--prompt", "0", "--generate", "1").done();
    assertThat(process.err()).contains("sequences of 601 tokens are more than the 512");
  }

  @Test
  void theHelpTextIsWhole() {
    GtaProcess.Ended process = GtaProcess.run("bench", "--help").done();
    assertThat(process.out()).contains("100 % would be perfect");
    assertThat(process.err()).isEmpty();
  }

  /** Programs of llama.cpp's names that print what those print. */
  @Test
  void thePeerRunsInTurnsOnTheSameFile() throws IOException {
    program(
        "llama-bench",
        """
        printf '%s\\n' "$*" >>"$0.calls"
        echo '{"n_prompt": 8, "n_gen": 0, "avg_ts": 100.5}'
        echo '{"n_prompt": 0, "n_gen": 2, "avg_ts": 20.25}'
        """);
    program(
        "llama-batched-bench",
        """
        printf '%s\\n' "$*" >>"$0.calls"
        echo '{"speed_pp": 50.0, "speed_tg": 7.5}'
        """);
    Path model = GtaProcess.root().resolve("fixtures/gguf/llama-q8_0.gguf");
    List<JsonNode> lines =
        lines(
            "--model",
            model.toString(),
            "--prompt",
            "8",
            "--generate",
            "2",
            "--batch",
            "1,2",
            "--depth",
            "0,16",
            "--threads",
            "1",
            "--cache-type",
            "f16",
            "--compare",
            "llamacpp=" + folder);
    JsonNode single = lines.getFirst().get("peer");
    assertThat(single.get("name").stringValue()).isEqualTo("llamacpp");
    assertThat(single.get("prefill_tokens_per_second").doubleValue()).isEqualTo(100.5);
    assertThat(single.get("decode_tokens_per_second").doubleValue()).isEqualTo(20.25);
    JsonNode batched =
        lines.stream().filter(l -> name(l).equals("8 2 0")).findFirst().orElseThrow();
    assertThat(batched.get("peer").get("prefill_tokens_per_second").doubleValue()).isEqualTo(50);
    assertThat(batched.get("peer").get("decode_tokens_per_second").doubleValue()).isEqualTo(7.5);
    JsonNode deep = lines.stream().filter(l -> name(l).equals("8 2 16")).findFirst().orElseThrow();
    assertThat(deep.get("peer").has("prefill_tokens_per_second")).isFalse();
    assertThat(deep.get("peer").get("decode_tokens_per_second").doubleValue()).isEqualTo(7.5);
    String single16 = " -r 1 -ctk f16 -ctv f16 -o jsonl";
    assertThat(Files.readString(folder.resolve("llama-bench.calls")).lines())
        .containsExactly(
            "-m " + model + " -t 1 -fa 1 -p 8 -n 2 -d 0" + single16,
            "-m " + model + " -t 1 -fa 1 -p 8 -n 2 -d 16" + single16);
    // A prompt is read alone, and so is decoding, after a prompt as long as the depth. Each
    // sequence
    // has room for its tokens and for one piece of a prompt.
    String batched16 = " -npl 2 -ctk f16 -ctv f16 --output-format jsonl";
    assertThat(Files.readString(folder.resolve("llama-batched-bench.calls")).lines())
        .containsExactlyInAnyOrder(
            "-m " + model + " -t 1 -fa on -c 1042 -npp 8 -ntg 1" + batched16,
            "-m " + model + " -t 1 -fa on -c 1030 -npp 1 -ntg 2" + batched16,
            "-m " + model + " -t 1 -fa on -c 1060 -npp 16 -ntg 2" + batched16);
  }

  /** What a peer reads is there while it runs, and gone afterwards. */
  @Test
  void aModelThatIsInNoGgufFileIsWrittenToOneForThePeer() throws IOException {
    program(
        "llama-bench",
        """
        while [ "$1" != -m ]; do shift; done
        echo "$2" >"$0.model"
        head -c 4 "$2" >"$0.magic"
        echo '{"n_prompt": 0, "n_gen": 2, "avg_ts": 20.25}'
        """);
    program("llama-batched-bench", "exit 1");
    for (String[] model :
        new String[][] {
          {"--random", "gqa-tiny", "--weights", "q4"},
          {"--weights", "q8"},
          {"--model", GtaProcess.root().resolve("fixtures/gguf/llama-q8_0.gguf").toString()}
        }) {
      List<String> command = new ArrayList<>(List.of(model));
      command.addAll(List.of("--prompt", "0", "--generate", "2"));
      command.addAll(List.of("--compare", "llamacpp=" + folder));
      JsonNode line = lines(command.toArray(new String[0])).getFirst();
      assertThat(line.get("peer").get("decode_tokens_per_second").doubleValue()).isEqualTo(20.25);
      assertThat(line.get("cache_type").stringValue()).isEqualTo("f16");
      assertThat(Files.readString(folder.resolve("llama-bench.magic"))).isEqualTo("GGUF");
      Path read = Path.of(Files.readString(folder.resolve("llama-bench.model")).strip());
      assertThat(Files.exists(read)).isEqualTo(model[0].equals("--model"));
    }
  }

  @Test
  void weightsBecomeAnotherTypeForTheRun() {
    JsonNode line = lines("--weights", "q8", "--prompt", "0", "--generate", "2").getFirst();
    assertThat(line.get("weights").stringValue()).isEqualTo("q8");
    assertThat(line.get("model").stringValue()).contains("stories260K");
  }

  @Test
  void whatLlamaCppCannotRunIsRefusedWithWhatHelps() throws IOException {
    program("llama-bench", "exit 1");
    program("llama-batched-bench", "exit 1");
    GtaProcess.Ended process =
        GtaProcess.run("bench", "--random", "gta-tiny", "--compare", "llamacpp=" + folder);
    assertThat(process.code()).isEqualTo(1);
    assertThat(process.err()).contains("gta attention").contains("--compare-model");
  }

  @Test
  void aPeerThatFailsOrIsNotThereIsNamed() throws IOException {
    Path model = GtaProcess.root().resolve("fixtures/gguf/llama-q8_0.gguf");
    String[] command = {
      "bench",
      "--model",
      model.toString(),
      "--prompt",
      "8",
      "--generate",
      "2",
      "--compare",
      "llamacpp=" + folder
    };
    GtaProcess.Ended missing = GtaProcess.run(command);
    assertThat(missing.code()).isEqualTo(1);
    assertThat(missing.err()).contains("expected the program llama-bench there");
    program("llama-bench", "echo 'cannot read it' >&2; exit 3");
    program("llama-batched-bench", "exit 0");
    GtaProcess.Ended failing = GtaProcess.run(command);
    assertThat(failing.code()).isEqualTo(1);
    assertThat(failing.err()).contains("ended with exit code 3: cannot read it");
  }

  private void program(String name, String body) throws IOException {
    Path program = folder.resolve(name);
    Files.writeString(program, "#!/bin/sh\n" + body);
    assertThat(program.toFile().setExecutable(true)).isTrue();
  }
}
