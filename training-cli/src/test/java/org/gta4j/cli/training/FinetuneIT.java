package org.gta4j.cli.training;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gta4j.checkpoint.Folders;
import org.gta4j.checkpoint.Json;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./gta finetune} as users start it. */
class FinetuneIT {
  private static final String TEMPLATE =
      "{% for m in messages %}{{ m.role }}: {{ m.content }}{% if m.role == 'assistant' %}"
          + "{{ eos_token }}{% endif %}\n{% endfor %}"
          + "{% if add_generation_prompt %}assistant: {% endif %}";

  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void writeInputs() throws IOException, InterruptedException {
    Files.write(folder.resolve("tokenizer.json"), Json.toBytes(Launched.tokenizer()));
    Files.write(
        folder.resolve("tokenizer_config.json"),
        Json.toBytes(
            Json.object().put("eos_token", "<|endoftext|>").put("chat_template", TEMPLATE)));
    Files.writeString(folder.resolve("text.txt"), "The cat sat on the mat.\n".repeat(40));
    StringBuilder chats = new StringBuilder();
    for (String animal : List.of("cat", "dog", "cow", "hen", "duck", "goat")) {
      chats.append(
          """
          {"messages":[{"role":"user","content":"What is a %s?"},{"role":"assistant","content":"It is an animal."}]}
          """
              .formatted(animal));
    }
    Files.writeString(folder.resolve("chats.jsonl"), chats);
    Launched trained =
        gta(
            "train",
            "--preset=gta-tiny",
            "--data=text.txt",
            "--tokenizer=tokenizer.json",
            "--out=base",
            "--steps=1",
            "--batch-tokens=64",
            "--sequence=64");
    assertThat(trained.exit()).as(trained.output()).isZero();
  }

  private Launched gta(String... arguments) throws IOException, InterruptedException {
    return Launched.gta(folder, List.of(arguments));
  }

  private Launched finetune(String... more) throws IOException, InterruptedException {
    List<String> usual =
        List.of("finetune", "--model=base", "--data=chats.jsonl", "--batch-tokens=120");
    return Launched.gta(folder, Launched.arguments(usual, more));
  }

  private static double number(String key, String line) {
    return Json.readObject("metrics", line.getBytes(StandardCharsets.UTF_8))
        .path(key)
        .doubleValue();
  }

  @Test
  void aModelLearnsAnswersAndIsOneThatOtherVerbsLoad() throws IOException, InterruptedException {
    Launched tuned =
        finetune(
            "--out=tuned",
            "--epochs=5",
            "--learning-rate=0.001",
            "--validation=chats.jsonl",
            "--sample-prompt=What is a cat?");
    assertThat(tuned.exit()).as(tuned.output()).isZero();
    assertThat(tuned.output()).contains("6 conversations").contains("tuned is a model now");
    List<String> lines = Files.readAllLines(folder.resolve("tuned/metrics.jsonl"));
    assertThat(lines).hasSize(15); // 6 conversations 5 times, 2 a step
    assertThat(number("loss", lines.getLast())).isLessThan(number("loss", lines.getFirst()) - 2);
    assertThat(Files.readAllLines(folder.resolve("tuned/samples.jsonl")))
        .hasSize(1)
        .allSatisfy(line -> assertThat(line).contains("\"text\":\"What is a cat?\\n"));
    assertThat(tuned.output())
        .contains("15 steps of 2 sequences, the learning rate rising within 1 step to 0.0010")
        .contains("this makes 15 steps (--batch-tokens 120)");
    Launched spoken = gta("generate", "--model=tuned", "--max-tokens=5", "user: What");
    assertThat(spoken.exit()).as(spoken.output()).isZero();
    Launched few = finetune("--out=few", "--batch-tokens=8192", "--epochs=1");
    assertThat(few.exit()).as(few.output()).isZero();
    assertThat(few.output())
        .contains("1 step of 6 sequences, without a warm-up, learning rate 2.0e-05");
    assertThat(
            number(
                "learning_rate",
                Files.readAllLines(folder.resolve("few/metrics.jsonl")).getFirst()))
        .isEqualTo(2e-5);
    Launched texts = finetune("--model=tuned", "--data=text.txt", "--out=more", "--sequence=32");
    assertThat(texts.exit()).as(texts.output()).isZero();
    assertThat(finetune("--out=tuned").output()).contains("holds a training or a model already");
  }

  @Test
  void adaptersAreMergedAndATrainingOfThemGoesOn() throws IOException, InterruptedException {
    String[] adapted = {"--out=tuned", "--lora-rank=4", "--steps=6", "--save-every=3"};
    Launched whole = finetune(adapted);
    assertThat(whole.exit()).as(whole.output()).isZero();
    assertThat(folder.resolve("tuned/adapter/adapter_config.json")).isRegularFile();
    assertThat(folder.resolve("tuned/checkpoints/step-00000006/adapter_model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("tuned/adapter/adapter_model.safetensors"));
    byte[] weights = Files.readAllBytes(folder.resolve("tuned/model.safetensors"));
    assertThat(gta("inspect", "--model=tuned").exit()).isZero();

    Path last = folder.resolve("tuned/checkpoints/step-00000006");
    Folders.delete(last);
    List<String> again = new ArrayList<>(List.of(adapted));
    again.add("--resume");
    Launched resumed = finetune(again.toArray(String[]::new));
    assertThat(resumed.exit()).as(resumed.output()).isZero();
    assertThat(resumed.output()).contains("going on from").contains("step-00000003");
    assertThat(Files.readAllBytes(folder.resolve("tuned/model.safetensors"))).isEqualTo(weights);
    again.set(1, "--lora-rank=8");
    assertThat(finetune(again.toArray(String[]::new)).output())
        .contains("step-00000006: data: expected 6 conversations")
        .contains("LoRA of rank 8");
    assertThat(finetune("--out=tuned", "--steps=6", "--save-every=3", "--resume").output())
        .contains("step-00000006: data: expected 6 conversations")
        .contains("LoRA of rank 4");
  }

  @Test
  void theEmbeddedModelLearnsChatsByAGivenTemplateInTwoProcesses()
      throws IOException, InterruptedException {
    Files.writeString(folder.resolve("words.jinja"), TEMPLATE);
    List<String> arguments =
        List.of(
            "finetune",
            "--data=chats.jsonl",
            "--chat-template=words.jinja",
            "--lora",
            "--lora-rank=2",
            "--batch-tokens=120",
            "--micro-tokens=60",
            "--steps=3",
            "--workers=2",
            "--out=tuned");
    Launched tuned = gta(arguments.toArray(String[]::new));
    assertThat(tuned.exit()).as(tuned.output()).isZero();
    assertThat(folder.resolve("tuned/chat_template.jinja")).hasContent(TEMPLATE);
    Launched answered = gta("generate", "--model=tuned", "--max-tokens=5", "What is a cat?");
    assertThat(answered.exit()).as(answered.output()).isZero();
    assertThat(answered.output()).doesNotStartWith("What is a cat?"); // an answer, by the template
  }

  @Test
  void whatCannotBeDoneIsRefusedInWords() throws IOException, InterruptedException {
    assertThat(gta("finetune", "--help").output()).contains("--lora-targets").contains("Examples:");
    assertThat(finetune("--out=new", "--lora-rank=0").output())
        .contains("--lora-rank: expected an integer from 1 on, found 0");
    assertThat(finetune("--out=new", "--lora-alpha=-2").output())
        .contains("--lora-alpha: expected more than 0, found -2");
    assertThat(finetune("--out=new", "--lora-targets=q_proj,x_proj").output())
        .contains("--lora-targets: expected some of the model's linear layers, q_proj, k_proj")
        .contains("found x_proj");
    assertThat(
            gta("finetune", "--model=base", "--out=new", "--data=text.txt", "--data=chats.jsonl")
                .output())
        .contains("--data: expected chats or texts, found both: chats in chats.jsonl");
    Files.writeString(
        folder.resolve("bad.jsonl"),
        Files.readString(folder.resolve("chats.jsonl")) + "{\"messages\": [\n");
    Launched broken = finetune("--out=new", "--data=bad.jsonl");
    assertThat(broken.exit()).isEqualTo(1);
    assertThat(broken.output()).contains("--data: bad.jsonl: line 7: expected a JSON object");
    Files.write(folder.resolve("base/tokenizer_config.json"), Json.toBytes(Json.object()));
    assertThat(finetune("--out=new").output()).contains("base has no chat template");
    assertThat(finetune("--out=new", "--chat-template=words.jinja").output())
        .contains("words.jinja");
    assertThat(finetune("--out=new", "--data=base").output())
        .contains("--data: base: expected a file of chats or texts, found a folder");
    assertThat(finetune("--out=new", "--data=nowhere.jsonl").output())
        .contains("nowhere.jsonl: there is no such file");
    assertThat(finetune("--out=new", "--model=nowhere").output()).contains("nowhere");
    assertThat(finetune("--out=new", "--steps=2", "--epochs=2").output())
        .contains("--steps or --epochs: expected one of the two, found both");
    assertThat(finetune("--out=new", "--epochs=0").output())
        .contains("--epochs: expected a number above 0, at most a million, found 0");
    Files.writeString(
        folder.resolve("base/config.json"),
        Files.readString(folder.resolve("base/config.json")).replace("\"silu\"", "\"gelu\""));
    assertThat(finetune("--out=new").output()).contains("hidden_act: expected silu, found gelu");
    assertThat(folder.resolve("new")).doesNotExist();
  }
}
