package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.gta4j.cost.SharedProcessors;
import org.gta4j.cost.TrainingTraffic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class TrainingAnalysisTest {
  private static CommandRun analyze(String... options) {
    List<String> arguments = new ArrayList<>(List.of("analyze", "--training"));
    arguments.addAll(List.of(options));
    return CommandRun.of(arguments);
  }

  private static List<JsonNode> json(String... options) {
    return analyze(Stream.concat(Stream.of(options), Stream.of("--json")).toArray(String[]::new))
        .jsonLines();
  }

  @Test
  void everyModelAndNumberOfDevicesIsALine() {
    List<JsonNode> lines =
        json(
            "--preset",
            "gqa-1b,gta-1b",
            "--devices",
            "8,64",
            "--zero",
            "1",
            "--hardware",
            "h100-sxm");
    assertThat(lines)
        .extracting(line -> line.get("model").stringValue() + line.get("devices").intValue())
        .containsExactly("gqa-1b8", "gqa-1b64", "gta-1b8", "gta-1b64");
    JsonNode line = lines.getLast();
    long parameters = 1_128_766_208L;
    assertThat(line.get("parameters").longValue()).isEqualTo(parameters);
    assertThat(line.get("batch_tokens").longValue()).isEqualTo(2048L * 2048);
    assertThat(line.get("communication_bytes_per_device").longValue())
        .isEqualTo(Math.round(2.0 * 63 / 64 * 4 * parameters));
    double step = line.get("step_seconds").doubleValue();
    assertThat(step)
        .isCloseTo(
            line.get("compute_seconds").doubleValue()
                + line.get("communication_seconds").doubleValue(),
            within(1e-9));
    assertThat(line.get("tokens_per_second").doubleValue())
        .isCloseTo(2048 * 2048 / step, within(1e-3));
    assertThat(line.get("days").doubleValue())
        .isCloseTo(220e9 / (2048 * 2048 / step) / 86_400, within(1e-9));
    assertThat(line.get("mfu").doubleValue())
        .isCloseTo(line.get("model_flops").doubleValue() / step / 64 / 989.4e12, within(1e-9));
    JsonNode memory = line.get("memory_bytes_per_device");
    assertThat(memory.get("parameters").longValue()).isEqualTo(4 * parameters);
    assertThat(memory.get("gradients").longValue()).isEqualTo(4 * parameters);
    assertThat(memory.get("optimizer").doubleValue()).isCloseTo(parameters / 8.0, within(1e5));
    assertThat(memory.get("total").longValue())
        .isEqualTo(
            Stream.of("parameters", "gradients", "optimizer", "activations")
                .mapToLong(key -> memory.get(key).longValue())
                .sum());
    assertThat(line.get("fits").booleanValue()).isTrue();
    assertThat(line.get("communication_bound").booleanValue()).isFalse();
    assertThat(line.get("network").stringValue()).isEqualTo("infiniband-400");
  }

  @Test
  void optionsAreHeard() {
    String[] usual = {"--preset", "gta-small", "--devices", "16", "--batch-tokens", "131072"};
    JsonNode plain = json(usual).getFirst();
    assertThat(plain.get("dtype").stringValue()).isEqualTo("bf16");
    assertThat(plain.get("sequence").intValue()).isEqualTo(512);
    assertThat(plain.has("days")).isFalse();
    JsonNode slow = json(with(usual, "--network", "ethernet-10")).getFirst();
    assertThat(slow.get("communication_seconds").doubleValue())
        .isGreaterThan(plain.get("communication_seconds").doubleValue());
    JsonNode hidden = json(with(usual, "--network", "ethernet-10", "--overlap")).getFirst();
    assertThat(hidden.get("step_seconds").doubleValue())
        .isLessThan(slow.get("step_seconds").doubleValue());
    JsonNode wide = json(with(usual, "--dtype", "f32", "--micro-tokens", "1024")).getFirst();
    assertThat(wide.get("compute_seconds").doubleValue())
        .isGreaterThan(plain.get("compute_seconds").doubleValue());
    assertThat(wide.get("micro_tokens").intValue()).isEqualTo(1024);
    JsonNode again = json(with(usual, "--recompute", "--tokens", "1e9")).getFirst();
    assertThat(again.get("memory_bytes_per_device").get("activations").longValue())
        .isLessThan(plain.get("memory_bytes_per_device").get("activations").longValue());
    assertThat(again.get("days").doubleValue()).isPositive();
  }

  private static String[] with(String[] options, String... more) {
    return Stream.concat(Stream.of(options), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void peopleGetATable() {
    CommandRun run =
        analyze("--preset", "gta-1b", "--devices", "8,1024", "--hardware", "l4", "--zero", "0");
    assertThat(run.code()).as(run.messages()).isZero();
    assertThat(run.results())
        .contains("gta-1b: gta attention, 1,128,766,208 parameters; steps of 2,048 sequences")
        .contains("between nodes InfiniBand NDR", "moments on every device", "MFU")
        .containsPattern("\n +8 .* %\n +1024 .* %");
    assertThat(run.results().lines()).hasSize(5);
    // 16 bytes a parameter beside one sequence are too many for 24 GB.
    assertThat(analyze("--preset", "gqa-1b", "--hardware", "m2", "--zero", "0").results())
        .contains("GB!");
  }

  /** Here nothing can be measured; the application that trains hands its rates in. */
  @Test
  void thisMachineIsWhatTheApplicationThatTrainsMeasures() {
    CommandRun refused = analyze("--preset", "gta-tiny", "--hardware", "this");
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.messages()).contains("--hardware this: trainings are measured by");
    List<Integer> asked = new ArrayList<>();
    Verb verb =
        AnalyzeVerb.with((config, products, sequences, length, threads) -> {
          asked.addAll(List.of(sequences, length, threads));
          return new SharedProcessors(
              "measured",
              16_000_000_000L,
              2,
              threads,
              new SharedProcessors.Rates(1e11, 1e10, 1e9, 1e9, 1e10),
              1e10,
              2e-9,
              1e-4);
        });
    CommandRun run =
        CommandRun.of(
            List.of(verb.spec()),
            List.of(
                "analyze",
                "--training",
                "--preset",
                "gta-tiny",
                "--hardware",
                "this",
                "--threads",
                "2",
                "--devices",
                "2",
                "--zero",
                "1",
                "--json"));
    JsonNode line = run.jsonLines().getFirst();
    assertThat(asked).containsExactly(4, 512, 1);
    assertThat(line.get("hardware").stringValue()).isEqualTo("this");
    assertThat(line.get("dtype").stringValue()).isEqualTo("f32");
    assertThat(line.get("memory_bytes").longValue()).isEqualTo(8_000_000_000L);
    TrainingTraffic traffic = new TrainingTraffic(line.get("parameters").longValue(), 2, true);
    assertThat(line.get("communication_bytes_per_device").longValue())
        .isEqualTo(Math.max(traffic.step(0).bytes(), traffic.step(1).bytes()));
    JsonNode ranks = line.get("communication_bytes_by_rank");
    assertThat(ranks).hasSize(2);
    assertThat(ranks.get(1).longValue()).isEqualTo(traffic.step(1).bytes());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--devices 0 | 2 | --devices: expected integers from 1",
        "--devices 2,many | 2 | found many",
        "--preset gta1-160m --devices 801 | 1 | --devices: expected at most 800, one for each sequence of a step of gta1-160m, found 801: give larger --batch-tokens",
        "--preset gta1-160m --devices 500 --micro-tokens 4096 | 1 | --devices: expected at most 400, one for each batch",
        "--preset gta-1b --sequence 4096 | 1 | --sequence 4096 is more than the context of gta-1b, 2048 tokens",
        "--zero 2 | 2 | --zero: expected 0 or 1, found 2",
        "--dtype f16 | 2 | --dtype: expected f32 or bf16, found f16",
        "--network tin-cans | 2 | --network: expected one of infiniband-400",
        "--tokens 0 | 2 | --tokens: expected a number from 1 on, found 0.0",
        "--batch-tokens 0 | 2 | --batch-tokens: expected an integer from 1 on, found 0",
        "--micro-tokens -1 | 2 | --micro-tokens: expected an integer from 1 on, found -1",
        "--context 128 | 2 | --context: expected no --training beside it, found both",
        "--hardware this --overlap | 2 | --overlap: expected hardware with nodes, found this machine",
        "--cache-type q8 | 2 | --cache-type: expected no --training beside it, found both"
      })
  void whatMakesNoSenseIsRefused(String options, int code, String message) {
    CommandRun run = analyze(options.strip().split(" "));
    assertThat(run.messages()).contains(message);
    assertThat(run.code()).isEqualTo(code);
  }

  @Test
  void trainingsOptionsNeedIt() {
    CommandRun run = CommandRun.of(List.of("analyze", "--devices", "8"));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.messages()).contains("--devices: expected --training beside it, found none");
  }
}
