package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.gta4j.cli.GtaProcess.Ended;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is wrong: one sentence on standard error, the right exit code, nothing half-written. */
class ErrorsIT {
  @TempDir Path folder;

  private static void assertOneSentence(Ended ended, int code, String... words) {
    assertThat(ended.code()).as("exit code; standard error: %s", ended.err()).isEqualTo(code);
    assertThat(ended.err()).startsWith("gta: ").hasLineCount(1).contains(words);
    assertThat(ended.err()).doesNotContain("Exception", "\tat ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          2 | generate ''                              | the prompt is empty
          2 | generate                                 | found none
          2 | generate a --ids 1                       | found 2
          2 | generate a b                             | quotation marks
          2 | generate --ids 1,x                       | --ids: expected token ids
          2 | generate a --max-tokens 0                | --max-tokens: expected an integer from 1 on
          2 | generate a --max-tokens -7               | found -7
          2 | generate a --max-tokens many             | found many
          2 | generate a --top-k -1                    | --top-k: expected an integer from 0 on
          2 | generate a --temperature NaN             | --temperature: expected a number from 0 on
          2 | generate a --backend quantum             | --backend: expected auto
          2 | generate a --cache-type q4               | --cache-type: expected f32
          2 | generate a --activations q8              | --activations: expected auto
          2 | generate a --threads -1                  | --threads: expected 1 to
          2 | generate a --context 0                   | --context: expected an integer from 2 on
          2 | generate a --max-token 3                 | did you mean --max-tokens?
          2 | genrate a                                | did you mean generate?
          2 | publish                                  | there is no verb publish
          2 | publish --help                           | there is no verb publish
          2 | generate a --backend ''                  | found ""
          2 | logits a                                 | --out
          2 | tokenize                                 | found neither
          2 | perplexity --file f --window 1           | --window: expected an integer from 2 on
          2 | perplexity --file f --windows 0          | --windows: expected an integer from 1 on
          2 | convert --out o --weights q5             | --weights: expected f32, f16, bf16, q8 or q4
          2 | convert --out o --format zip             | --format: expected safetensors or gguf
          2 | convert --out o.gguf --max-shard-size 1GB | --max-shard-size: expected nothing
          2 | convert --out o --max-shard-size huge    | --max-shard-size: expected a size
          1 | generate --ids 1,4096                    | token id 4096 is out of range
          1 | generate --ids-file empty                | empty: expected token ids
          2 | generate --ids 1 --ids-file empty        | found 2
          2 | generate a --json=yes                    | --json: expected no value
          1 | generate --ids -1                        | token id -1 is out of range
          1 | generate --ids 1,2,3,4 --context 4       | the prompt has 4 tokens, the context has room for 3
          1 | logits --ids 1,2,3 --context 2 --out o   | the context has room for
          1 | generate --model nowhere a               | nowhere: there is no such file
          1 | generate --prompt-file nowhere           | nowhere: there is no such file
          1 | generate --prompt-file /                 | expected a file, found a folder
          1 | perplexity --file nowhere                | nowhere: there is no such file
          1 | perplexity --file empty --window 1900    | more than the context of 1024 tokens
          """)
  void isToldInOneSentence(int code, String command, String words) throws IOException {
    Files.createFile(folder.resolve("empty"));
    Ended ended = GtaProcess.shell("cd '%s' && \"$GTA\" %s".formatted(folder, command));
    assertOneSentence(ended, code, words);
    assertThat(ended.out()).isEmpty();
    try (var files = Files.list(folder)) {
      assertThat(files).as("files left behind").hasSize(1);
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void standardOutputOnAFullDisk() {
    for (String command :
        new String[] {"generate Once --max-tokens 3", "generate a --json", "inspect", "--help"}) {
      assertOneSentence(
          GtaProcess.shell("\"$GTA\" %s >/dev/full".formatted(command)),
          1,
          "standard output cannot be written");
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void filesOnAFullDisk() throws IOException {
    // A limit on the size of files stands for a full disk: both fail in the middle of a write. The
    // C
    // kernels would be in the way, whose library is unpacked into a file.
    assertOneSentence(
        GtaProcess.shell(
            "cd '%s' && ulimit -f 8 && \"$GTA\" logits 'Once upon a time' --out o --backend scalar"
                .formatted(folder)),
        1,
        "o: cannot be written");
    assertOneSentence(
        GtaProcess.shell("cd '%s' && ulimit -f 100 && \"$GTA\" convert --out m".formatted(folder)),
        1,
        "cannot be written");
    assertOneSentence(
        GtaProcess.shell("\"$GTA\" logits --ids 1 --out /dev/full"), 1, "cannot be written");
    try (var files = Files.list(folder)) {
      assertThat(files).as("files left behind").isEmpty();
    }
    assertThat(Path.of("/dev/full")).exists();
  }

  @Test
  void aFullFolderIsNotWrittenInto() throws IOException {
    Files.writeString(folder.resolve("precious"), "precious");
    assertOneSentence(
        GtaProcess.run("convert", "--out", folder.toString()), 1, "expected a new or empty folder");
    try (var files = Files.list(folder)) {
      assertThat(files).hasSize(1);
    }
  }

  @Test
  void aFileThatVanishes() throws IOException {
    Path model = folder.resolve("model");
    GtaProcess.run("convert", "--out", model.toString(), "--max-shard-size", "300KB").done();
    Files.delete(model.resolve("model-00002-of-00004.safetensors"));
    assertOneSentence(
        GtaProcess.run("generate", "--model", model.toString(), "Once"),
        1,
        "model-00002-of-00004.safetensors: there is no such file");
    Files.delete(model.resolve("config.json"));
    assertOneSentence(
        GtaProcess.run("generate", "--model", model.toString(), "Once"), 1, "config.json");
  }

  @Test
  void aDamagedModel() throws IOException {
    Path model = folder.resolve("model");
    GtaProcess.run("convert", "--out", model.toString()).done();
    Path weights = model.resolve("model.safetensors");
    byte[] bytes = Files.readAllBytes(weights);
    Files.write(weights, Arrays.copyOf(bytes, bytes.length - 1));
    assertOneSentence(
        GtaProcess.run("generate", "--model", model.toString(), "Once"), 1, "model.safetensors");
    Files.writeString(model.resolve("config.json"), "{\"model_type\": ");
    assertOneSentence(GtaProcess.run("inspect", "--model", model.toString()), 1, "config.json");
  }

  @Test
  void whatIsReadIsNotWritten() throws IOException {
    Path model = folder.resolve("model");
    GtaProcess.run("convert", "--out", model.toString()).done();
    Path weights = model.resolve("model.safetensors");
    long size = Files.size(weights);
    assertOneSentence(
        GtaProcess.run(
            "logits", "--model", model.toString(), "--ids", "1,2", "--out", weights.toString()),
        1,
        "expected another file than those that are read here");
    assertThat(weights).hasSize(size);
    Path prompt = Files.writeString(folder.resolve("prompt"), "Once");
    assertOneSentence(
        GtaProcess.run("logits", "--prompt-file", prompt.toString(), "--out", prompt.toString()),
        1,
        "expected another file");
    assertThat(prompt).hasContent("Once");
    Ended piped = GtaProcess.shell("\"$GTA\" logits --ids 1,2 --out /dev/stdout | cat");
    assertThat(piped.out()).as("half a file on a pipe").isEmpty();
    assertThat(piped.err()).contains("cannot be written");
  }

  @Test
  void aModelThatLacksATensorIsNotConverted() throws IOException {
    Path model = folder.resolve("model");
    GtaProcess.run("convert", "--out", model.toString()).done();
    Path config = model.resolve("config.json");
    Files.writeString(
        config,
        Files.readString(config).replace("\"num_hidden_layers\" : 5", "\"num_hidden_layers\" : 7"));
    assertOneSentence(
        GtaProcess.run(
            "convert", "--model", model.toString(), "--out", folder.resolve("o").toString()),
        1,
        "model.layers.5.input_layernorm.weight",
        "no such tensor");
    assertThat(folder.resolve("o")).doesNotExist();
    assertThat(GtaProcess.run("inspect", "--model", model.toString()).done().err())
        .contains("cannot be loaded")
        .contains("model.layers.5.input_layernorm.weight");
  }

  @Test
  void aTextForAModelWithoutATokenizer() throws IOException {
    Path model = folder.resolve("model");
    GtaProcess.run("convert", "--out", model.toString()).done();
    Files.delete(model.resolve("tokenizer.bin"));
    Path text = Files.writeString(folder.resolve("text"), "Once upon a time");
    assertOneSentence(
        GtaProcess.run("perplexity", "--model", model.toString(), "--file", text.toString()),
        1,
        "no tokenizer",
        "no text can be scored");
  }

  @Test
  void linesThatCannotBeTokenized() throws IOException {
    Path lines = folder.resolve("lines.jsonl");
    Files.writeString(lines, "{\"messages\": []}\n");
    assertOneSentence(
        GtaProcess.run("tokenize", "--jsonl", lines.toString()), 1, "line 1", "chat template");
    Files.writeString(lines, "{\"text\": 1}\n");
    assertOneSentence(GtaProcess.run("tokenize", "--jsonl", lines.toString()), 1, "line 1");
    Files.write(lines, new byte[] {(byte) 0xFF, '\n'});
    assertOneSentence(GtaProcess.run("tokenize", "--jsonl", lines.toString()), 1, "UTF-8");
  }

  @Test
  void aContextThatNoMemoryHolds() {
    Ended ended =
        GtaProcess.run("generate", "Once", "--context", "2000000000", "--max-tokens", "1999999000");
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.out()).isEmpty();
    assertThat(ended.err().lines())
        .satisfiesExactly(
            line -> assertThat(line).contains("more than the 512 tokens this model was made for"),
            line -> assertThat(line).contains("of memory: ask for fewer tokens"));
  }

  @Test
  void debugShowsWhere() {
    Ended ended = GtaProcess.run("generate", "--model", "nowhere", "Once", "--debug");
    assertThat(ended.code()).isEqualTo(1);
    assertThat(ended.err()).startsWith("gta: nowhere").contains("\tat org.gta4j.");
  }
}
