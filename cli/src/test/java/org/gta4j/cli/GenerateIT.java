package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.gta4j.cli.GtaProcess.Ended;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class GenerateIT {
  private static final String STORY =
      ", there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball.";

  @TempDir Path folder;

  @Test
  void tellsTheStoryOfALlama2cModel() {
    Ended ended = GtaProcess.run("generate", "Once upon a time").done();
    assertThat(ended.out()).startsWith("Once upon a time" + STORY).endsWith("\n");
    assertThat(ended.err()).isEmpty();
  }

  @Test
  void tellsAStoryWithoutAModel() {
    Ended ended = GtaProcess.plain("generate", "Once upon a time", "--max-tokens", "60").done();
    assertThat(ended.out()).startsWith("Once upon a time, there was a little");
    assertThat(ended.err()).isEmpty();
    JsonNode inspected = GtaProcess.plain("inspect", "--json").done().json();
    assertThat(inspected.get("variant").stringValue()).isEqualTo("gta");
    assertThat(inspected.get("parameters").longValue()).isBetween(3_000_000L, 6_000_000L);
    // The backends agree on its story, with its tokenizer.
    String[] plain = {"generate", "Tom had a", "--max-tokens", "30", "--activations", "f32"};
    String story = GtaProcess.plain(plain).done().out();
    String[] scalar = Arrays.copyOf(plain, plain.length + 2);
    scalar[plain.length] = "--backend";
    scalar[plain.length + 1] = "scalar";
    assertThat(GtaProcess.plain(scalar).done().out()).isEqualTo(story);
  }

  @Test
  void theEmbeddedModelDoesNotSayOneSentenceForever() {
    String story = GtaProcess.plain("generate", "Once upon a time").done().out();
    List<String> sentences = List.of(story.split("[.!?]"));
    assertThat(Set.copyOf(sentences)).as(story).hasSizeGreaterThan(sentences.size() * 3 / 4);
    Ended unpenalized =
        GtaProcess.plain("generate", "Once upon a time", "--repeat-penalty", "1").done();
    assertThat(unpenalized.out()).isNotEqualTo(story);
  }

  @Test
  void tellsTheSameStoryToPrograms() {
    JsonNode json =
        GtaProcess.run("generate", "Once upon a time", "--max-tokens", "60", "--json")
            .done()
            .json();
    assertThat(json.propertyNames())
        .containsExactlyInAnyOrder(
            "text",
            "ids",
            "finish_reason",
            "prompt_tokens",
            "completion_tokens",
            "prefill_tokens_per_second",
            "decode_tokens_per_second",
            "drafted_tokens",
            "accepted_tokens",
            "time_to_first_token_ms",
            "load_ms",
            "cache_bytes_per_token");
    assertThat(json.get("text").stringValue()).startsWith(STORY);
    assertThat(json.get("ids").valueStream().allMatch(JsonNode::isInt)).isTrue();
    assertThat(json.get("ids").size()).isEqualTo(60);
    assertThat(json.get("finish_reason").stringValue()).isEqualTo("length");
    assertThat(json.get("prompt_tokens").intValue()).isEqualTo(5);
    assertThat(json.get("completion_tokens").intValue()).isEqualTo(60);
    assertThat(json.get("prefill_tokens_per_second").doubleValue()).isPositive();
    assertThat(json.get("decode_tokens_per_second").doubleValue()).isPositive();
    assertThat(json.get("time_to_first_token_ms").doubleValue()).isPositive();
    assertThat(json.get("load_ms").doubleValue()).isPositive();
    // 5 layers of 4 key heads and 4 value heads of 8, in 32 bits
    assertThat(json.get("cache_bytes_per_token").intValue()).isEqualTo(5 * 2 * 4 * 8 * 4);
  }

  @Test
  void theAnswerIsTheSameWithSpeculationAndWithout() {
    String[] arguments = {"generate", "Tom saw a cat. Tom saw a", "--max-tokens", "200", "--json"};
    JsonNode auto = GtaProcess.run(arguments).done().json();
    JsonNode off =
        GtaProcess.run(
                Stream.concat(Stream.of(arguments), Stream.of("--speculate", "off"))
                    .toArray(String[]::new))
            .done()
            .json();
    assertThat(off.has("drafted_tokens")).isFalse();
    assertThat(off.has("accepted_tokens")).isFalse();
    assertThat(auto.get("accepted_tokens").intValue())
        .isBetween(0, auto.get("drafted_tokens").intValue());
    assertThat(auto.get("text")).isEqualTo(off.get("text"));
    assertThat(auto.get("ids")).isEqualTo(off.get("ids"));
  }

  @Test
  void leavesOutWhatDoesNotApply() {
    JsonNode json =
        GtaProcess.run("generate", "--ids", "1,403,407", "--max-tokens", "1", "--json")
            .done()
            .json();
    assertThat(json.has("decode_tokens_per_second")).as("one token was not decoded").isFalse();
    assertThat(json.has("seed")).as("nothing was random").isFalse();
    assertThat(json.toString()).doesNotContain("null", "NaN");
  }

  @Test
  void endsAtAStopTextWhichIsNotPartOfTheAnswer() {
    JsonNode json =
        GtaProcess.run("generate", "Once upon a time", "--stop", "red", "--stop", "Lily", "--json")
            .done()
            .json();
    assertThat(json.get("text").stringValue()).isEqualTo(", there was a little girl named ");
    assertThat(json.get("finish_reason").stringValue()).isEqualTo("stop");
  }

  @Test
  void repeatsARandomStoryFromItsSeed() {
    String[] command = {"generate", "Once", "--temperature", "1", "--max-tokens", "40", "--json"};
    JsonNode first = GtaProcess.run(command).done().json();
    List<String> again = new ArrayList<>(List.of(command));
    again.addAll(List.of("--seed", first.get("seed").toString(), "--backend", "scalar"));
    JsonNode second = GtaProcess.run(again.toArray(String[]::new)).done().json();
    assertThat(second.get("text")).isEqualTo(first.get("text"));
  }

  @Test
  void takesAPromptFromStandardInputWithoutItsLastLineBreak() {
    ProcessBuilder builder =
        GtaProcess.builder(
            List.of(
                GtaProcess.root().resolve("gta").toString(),
                "generate",
                "--prompt-file",
                "-",
                "--max-tokens",
                "20"));
    assertThat(GtaProcess.run(builder, "Once upon a time\n").done().out())
        .startsWith(STORY.substring(0, 20));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void readsArgumentsAsUtf8WhateverTheLocale() {
    String tokenize =
        "\"$GTA\" tokenize --json --model '%s' 'Grüße 🙂'".formatted(GtaProcess.stories260k());
    assertThat(GtaProcess.shell("LC_ALL=C " + tokenize).done().json())
        .isEqualTo(GtaProcess.shell("LC_ALL=C.UTF-8 " + tokenize).json())
        .satisfies(json -> assertThat(json.toString()).contains("198,191"));
  }

  @Test
  void namesTheBackendAndTheReasonWithDebug() {
    assertThat(GtaProcess.run("generate", "Once", "--max-tokens", "2", "--debug").done().err())
        .containsPattern("gta: backend (native: .*the best that runs here|scalar: .*so small)")
        .contains("stories260K.bin: gqa attention");
    assertThat(
            GtaProcess.run(
                    "generate", "Once", "--max-tokens", "2", "--debug", "--backend", "vector")
                .done()
                .err())
        .contains("gta: backend vector", "as asked for");
  }

  @Test
  void stopsQuietlyWhenTheReaderLeaves() {
    Ended ended =
        GtaProcess.shell("{ \"$GTA\" generate 'Once upon a time'; echo $? >&2; } | head -c 1");
    assertThat(ended.out()).isEqualTo("O");
    assertThat(ended.err().strip()).isIn("0", "141");
  }

  /** Ctrl-C sends another signal, which a build that runs in the background would ignore. */
  @Test
  void endsSoonAfterASignal() throws IOException, InterruptedException {
    Process process =
        GtaProcess.builder(
                List.of(
                    GtaProcess.root().resolve("gta").toString(),
                    "generate",
                    "Once",
                    "--ignore-eos",
                    "--context",
                    "100000",
                    "--max-tokens",
                    "90000"))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (InputStream out = process.getInputStream()) {
      assertThat(out.read()).isPositive();
      new ProcessBuilder("kill", "-TERM", Long.toString(process.pid())).start().waitFor();
      out.readAllBytes();
      assertThat(process.waitFor(10, TimeUnit.SECONDS)).as("ended soon").isTrue();
      assertThat(process.exitValue()).isEqualTo(143);
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void idsFromAFileAreThePrompt(@TempDir Path ids) throws IOException {
    Path file = Files.writeString(ids.resolve("ids"), "1, 403\n407 261\t378\n");
    assertThat(
            GtaProcess.run("generate", "--ids-file", file.toString(), "--max-tokens", "5", "--json")
                .done()
                .json()
                .get("ids"))
        .isEqualTo(
            GtaProcess.run("generate", "Once upon a time", "--max-tokens", "5", "--json")
                .done()
                .json()
                .get("ids"));
  }
}
