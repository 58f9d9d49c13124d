package org.gta4j.eval;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A task, as the harness's YAML files describe it: how a record becomes a context and what may
 * follow.
 *
 * @param name what it is called
 * @param data where its records are
 * @param madeFields fields that are made of a record's before anything else; empty where none are
 * @param output what is asked of the model
 * @param docToText a template of the context, or a field's name; of an index where contexts are
 *     chosen between
 * @param docToTarget the same of the right answer, or of its index
 * @param docToCount the same of the text whose words and bytes a text's measures are divided by
 * @param docToChoice the same of the list of answers, or a list of them; empty where there is none
 * @param targetDelimiter what stands between context and answer
 * @param fewshotDelimiter what stands between examples
 * @param description what stands before everything
 * @param metrics what is reported
 * @param version of the task, which results name
 */
public record Task(
    String name,
    TaskData data,
    Optional<MadeFields> madeFields,
    Output output,
    String docToText,
    String docToTarget,
    String docToCount,
    Optional<Choices> docToChoice,
    String targetDelimiter,
    String fewshotDelimiter,
    String description,
    List<String> metrics,
    String version) {
  /** What is asked of a model. */
  public enum Output {
    /** Which answer is the most probable. */
    MULTIPLE_CHOICE("multiple_choice"),
    /** How probable the answer is, and whether it would be the model's own. */
    LOGLIKELIHOOD("loglikelihood"),
    /** How probable a whole text is, window after window. */
    LOGLIKELIHOOD_ROLLING("loglikelihood_rolling");

    private final String label;

    Output(String label) {
      this.label = label;
    }

    /** The harness's name. */
    public String label() {
      return label;
    }

    /** What can be reported. */
    public List<String> metrics() {
      return switch (this) {
        case MULTIPLE_CHOICE -> List.of("acc", "acc_norm");
        case LOGLIKELIHOOD -> List.of("perplexity", "acc");
        case LOGLIKELIHOOD_ROLLING ->
            List.of("word_perplexity", "byte_perplexity", "bits_per_byte");
      };
    }
  }

  /** Where answers come from. */
  public sealed interface Choices {
    /** A template of a list, or the name of a field that has one. */
    record Template(String source) implements Choices {}

    /** The same for all records. */
    record Fixed(List<String> answers) implements Choices {
      /** Copies the list. */
      public Fixed {
        answers = List.copyOf(answers);
      }
    }
  }

  /** The tasks that need no file, in the order in which they are listed. */
  public static final List<String> BUILT_IN =
      List.of(
          "hellaswag",
          "arc_easy",
          "arc_challenge",
          "piqa",
          "openbookqa",
          "winogrande",
          "boolq",
          "siqa",
          "lambada_openai",
          "wikitext");

  /**
   * A task that needs no file.
   *
   * @throws EvalException if there is none of that name
   */
  public static Task named(String name) {
    if (!BUILT_IN.contains(name)) {
      throw new EvalException(
          "expected one of %s, or a .yaml file; found %s"
              .formatted(String.join(", ", BUILT_IN), name));
    }
    String file = "tasks/" + name + ".yaml";
    try (InputStream in = Objects.requireNonNull(Task.class.getResourceAsStream(file), file)) {
      return TaskFile.parse(file, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(file, e);
    }
  }

  /**
   * Reads a task's file.
   *
   * @throws EvalException if it cannot be read, or asks for something that is not done here
   */
  public static Task read(Path file) {
    try {
      return TaskFile.parse(file.toString(), Files.readAllBytes(file));
    } catch (IOException e) {
      throw new EvalException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }
}
