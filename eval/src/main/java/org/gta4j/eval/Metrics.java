package org.gta4j.eval;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** A task's metrics over all answers, with the error of each. */
public final class Metrics {
  private Metrics() {}

  /**
   * A metric.
   *
   * @param value its value
   * @param error the standard error; NaN of a single answer, and of whole texts
   */
  public record Metric(double value, double error) {}

  /** A task's metrics by name, of at least one answer. */
  public static SequencedMap<String, Metric> of(Task task, List<Answer> answers) {
    SequencedMap<String, Metric> metrics = new LinkedHashMap<>();
    for (String name : task.metrics()) {
      metrics.put(
          name,
          switch (name) {
            case "acc_norm" ->
                mean(
                    answers, answer -> answer.predictionNorm() == answer.question().gold() ? 1 : 0);
            case "perplexity" -> perplexity(answers);
            case "word_perplexity" -> text(Math.exp(-whole(answers, Question::words)));
            case "byte_perplexity" -> text(Math.exp(-whole(answers, Question::bytes)));
            case "bits_per_byte" -> text(-whole(answers, Question::bytes) / Math.log(2));
            default ->
                task.output() == Task.Output.LOGLIKELIHOOD
                    ? mean(answers, answer -> answer.scores().getFirst().greedy() ? 1 : 0)
                    : mean(
                        answers, answer -> answer.prediction() == answer.question().gold() ? 1 : 0);
          });
    }
    return metrics;
  }

  /** e to the mean of −ln p of whole answers; its error by the derivative. */
  private static Metric perplexity(List<Answer> answers) {
    Metric mean = mean(answers, answer -> answer.scores().getFirst().logProbability());
    double perplexity = Math.exp(-mean.value());
    return new Metric(perplexity, perplexity * mean.error());
  }

  /** A measure of all texts together, of whose error nothing is known. */
  private static Metric text(double value) {
    return new Metric(value, Double.NaN);
  }

  /** ln p of all texts by all their parts. */
  private static double whole(List<Answer> answers, ToLongFunction<Question> parts) {
    return answers.stream().mapToDouble(each -> each.scores().getFirst().logProbability()).sum()
        / answers.stream().mapToLong(each -> parts.applyAsLong(each.question())).sum();
  }

  private static Metric mean(List<Answer> answers, ToDoubleFunction<Answer> number) {
    double mean = answers.stream().mapToDouble(number).average().orElseThrow();
    double squares =
        answers.stream().mapToDouble(number).map(value -> (value - mean) * (value - mean)).sum();
    int count = answers.size();
    return new Metric(mean, Math.sqrt(squares / (count - 1) / count));
  }
}
