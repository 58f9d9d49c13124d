package org.gta4j.cli.training;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.gta4j.cli.Check;
import org.gta4j.cli.Progress;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Setting;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.UsageException;
import org.gta4j.cli.Verb;
import org.gta4j.cli.data.TextOptions;
import org.gta4j.cli.data.TokenizerFiles;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;
import org.gta4j.tokenizer.Tokenizer;
import org.gta4j.train.teacher.Lesson;
import org.gta4j.train.teacher.TaughtBatches;
import org.gta4j.train.teacher.Teacher;

/** {@code gta data teach}. */
final class DataTeachVerb extends Verb {
  private final Setting<String> model =
      Setting.required("--model", "PATH", "The model that teaches.");
  private final TextOptions texts = TextOptions.ofTexts();
  private final Setting<String> tokenizer =
      Setting.required(
          "--tokenizer", "PATH", "The learner's tokenizer, such as 'gta tokenizer trim' makes.");
  private final Setting<Integer> top =
      Setting.integer("--top", "N", "Probable tokens kept for each place (default: 16).");
  private final Setting<Integer> threads =
      Setting.integer(
          "--threads", "N", "Documents read at once, each by a model (default: one a core).");
  private final Setting<String> out =
      Setting.required("--out", "FILE.safetensors", "Where what it teaches goes.");

  @SuppressWarnings("this-escape") // picocli keeps it, and looks at it when a command is parsed
  DataTeachVerb() {
    super(
        "data teach",
        "--model PATH --data FILE --tokenizer PATH --out FILE.safetensors [OPTION]...",
        List.of(
            "Has a model read texts, and writes down what it finds probable at each token.",
            "'gta train --data FILE.safetensors' learns from that beside the texts' own tokens: a"
                + " small model of few texts becomes better."),
        List.of(
            "gta data teach --model SmolLM2-135M.gguf --data stories.txt --tokenizer tokenizer"
                + " --out taught.safetensors"));
    add(model);
    texts.addTo(this);
    add(tokenizer, top, threads, out);
    addHelp();
  }

  @Override
  public void run(Terminal terminal) {
    TextTokens read = TextTokens.of(texts);
    Path file = Check.output(out);
    if (!file.toString().endsWith(".safetensors")) {
      throw UsageException.of("--out", "a name that ends with .safetensors", file);
    }
    if (Files.exists(file)) {
      throw new RefusedException("--out: %s is there already".formatted(file));
    }
    int count = Check.count(top, 1, 16);
    TokenizerFiles words = TokenizerFiles.read(Check.path(tokenizer));
    Tokenizer learner = words.tokenizer();
    int end =
        learner
            .end()
            .orElseThrow(() ->
                new RefusedException(
                    "--tokenizer: %s has no token that ends texts (eos_token)"
                        .formatted(tokenizer.or(""))));
    List<String> documents = read.documents(terminal);
    List<Lesson> lessons =
        new Readers(documents, Check.count(threads, 1, Runtime.getRuntime().availableProcessors()))
            .run(terminal, () -> teacher(learner, count));
    TaughtBatches.write(file, lessons, end, words.checksum());
    terminal.line(
        "%s: %,d documents, %,d tokens"
            .formatted(
                file,
                lessons.size(),
                lessons.stream().mapToLong(lesson -> lesson.ids().length + 1L).sum()));
  }

  @SuppressWarnings("MustBeClosedChecker") // the teacher's user closes it
  private Teacher teacher(Tokenizer learner, int count) {
    LoadOptions usual = LoadOptions.defaults();
    LanguageModel loaded =
        LanguageModel.load(
            Check.path(model),
            new LoadOptions(
                usual.backend(), 1, usual.cacheType(), usual.context(), usual.activations()));
    Tokenizer words =
        loaded
            .tokenizer()
            .orElseThrow(() -> new RefusedException(model.or("") + " has no tokenizer"));
    return new Teacher(loaded, words, learner, count);
  }

  /** Threads that read whole documents, each with a teacher of its own. */
  private record Readers(List<String> documents, int threads) {
    List<Lesson> run(Terminal terminal, Supplier<Teacher> teachers) {
      AtomicInteger next = new AtomicInteger();
      AtomicInteger done = new AtomicInteger();
      AtomicLong tokens = new AtomicLong();
      AtomicBoolean failed = new AtomicBoolean();
      Lesson[] lessons = new Lesson[documents.size()];
      long begin = System.nanoTime();
      try (Progress progress = new Progress(terminal, "teaching", documents.size(), "documents");
          ExecutorService pool = Executors.newFixedThreadPool(threads)) {
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
          running.add(
              pool.submit(() -> {
                try (Teacher teacher = teachers.get()) {
                  for (int d = next.getAndIncrement();
                      d < lessons.length && !failed.get();
                      d = next.getAndIncrement()) {
                    lessons[d] = teacher.teach(documents.get(d), tokens::addAndGet);
                    progress.at(
                        done.incrementAndGet(),
                        "%,.0f tokens/s"
                            .formatted(tokens.get() / ((System.nanoTime() - begin) / 1e9)));
                  }
                } catch (RuntimeException | Error e) {
                  failed.set(true); // nobody needs what the others would still learn
                  throw e;
                }
              }));
        }
        running.forEach(Results::of);
      }
      return List.of(lessons);
    }
  }
}
