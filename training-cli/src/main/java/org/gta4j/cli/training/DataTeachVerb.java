package org.gta4j.cli.training;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.gta4j.cli.Check;
import org.gta4j.cli.Progress;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Setting;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.UsageException;
import org.gta4j.cli.Verb;
import org.gta4j.generate.LanguageModel;
import org.gta4j.tokenizer.Tokenizer;
import org.gta4j.train.teacher.Lesson;
import org.gta4j.train.teacher.TaughtBatches;
import org.gta4j.train.teacher.Teacher;

/** {@code gta data teach}. */
final class DataTeachVerb extends Verb {
  private final Setting<String> model =
      Setting.required("--model", "PATH", "The model that teaches.");
  private final Setting<List<String>> data =
      Setting.texts(
          "--data",
          "FILE",
          "A text, UTF-8; may be given several times. '<|endoftext|>' separates documents.");
  private final Setting<String> tokenizer =
      Setting.required(
          "--tokenizer", "PATH", "The learner's tokenizer, such as 'gta tokenizer trim' makes.");
  private final Setting<Integer> top =
      Setting.integer("--top", "N", "Probable tokens kept for each place (default: 16).");
  private final Setting<String> out =
      Setting.required("--out", "FILE.safetensors", "Where what it teaches goes.");

  @SuppressWarnings("this-escape") // picocli keeps it, and looks at it when a command is parsed
  DataTeachVerb() {
    super(
        "data teach",
        "--model PATH --data FILE --tokenizer PATH --out FILE.safetensors [OPTION]...",
        List.of(
            "Has a model read texts, and writes down what it finds probable at each token.",
            "'gta train --data FILE.safetensors' learns from that beside the texts' own tokens: a small model of few texts becomes better."),
        List.of(
            "gta data teach --model SmolLM2-135M.gguf --data stories.txt --tokenizer tokenizer --out taught.safetensors"));
    add(model, data, tokenizer, top, out);
    addHelp();
  }

  @Override
  public void run(Terminal terminal) {
    if (data.or(List.of()).isEmpty()) {
      throw UsageException.of("--data", "a text file", "none");
    }
    Path file = Check.path(out);
    if (!file.toString().endsWith(".safetensors")) {
      throw UsageException.of("--out", "a name that ends with .safetensors", file);
    }
    if (Files.exists(file)) {
      throw new RefusedException("--out: %s is there already".formatted(file));
    }
    int count = Check.count(top, 1, 16);
    Tokenizer learner = TokenizerFiles.read(Check.path(tokenizer)).tokenizer();
    int end =
        learner
            .end()
            .orElseThrow(() ->
                new RefusedException(
                    "--tokenizer: %s has no token that ends texts (eos_token)"
                        .formatted(tokenizer.or(""))));
    List<String> documents = TextTokens.documents(data.or(List.of()));
    try (LanguageModel teacher = LanguageModel.load(Check.path(model))) {
      Tokenizer words =
          teacher
              .tokenizer()
              .orElseThrow(() -> new RefusedException(model.or("") + " has no tokenizer"));
      List<Lesson> lessons =
          teach(terminal, new Teacher(teacher, words, learner, count), documents);
      TaughtBatches.write(file, lessons, end);
      terminal.line(
          "%s: %,d documents, %,d tokens"
              .formatted(
                  file,
                  lessons.size(),
                  lessons.stream().mapToLong(lesson -> lesson.ids().length + 1L).sum()));
    }
  }

  private static List<Lesson> teach(Terminal terminal, Teacher teacher, List<String> documents) {
    List<Lesson> lessons = new ArrayList<>();
    AtomicLong tokens = new AtomicLong();
    long begin = System.nanoTime();
    try (Progress progress = new Progress(terminal, "teaching", documents.size(), "documents")) {
      for (String document : documents) {
        lessons.add(teacher.teach(document, tokens::addAndGet));
        progress.at(
            lessons.size(),
            "%,.0f tokens/s".formatted(tokens.get() / ((System.nanoTime() - begin) / 1e9)));
      }
    }
    return lessons;
  }
}
