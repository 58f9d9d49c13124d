package org.gta4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private static Answer answer(int gold, List<String> answers, double... logProbabilities) {
    List<Question.Pair> pairs =
        answers.stream().map(each -> new Question.Pair("q", " " + each)).toList();
    List<Answer.Score> scores = new ArrayList<>();
    for (double each : logProbabilities) {
      scores.add(new Answer.Score(each, each > -1));
    }
    return new Answer(new Question(0, pairs, answers, gold), scores);
  }

  private static Metrics.Metric metric(Task task, List<Answer> answers, String name) {
    return Objects.requireNonNull(Metrics.of(task, answers).get(name), name);
  }

  @Test
  void longAnswersAreNormalizedByTheirCharacters() {
    Answer answer = answer(1, List.of("ab", "abcdefgh"), -4, -8);
    assertThat(answer.prediction()).isZero();
    assertThat(answer.predictionNorm()).isEqualTo(1);
    // A smile is one character.
    assertThat(answer(0, List.of("😀😀", "abc"), -4, -5).predictionNorm()).isEqualTo(1);
    assertThat(answer(0, List.of("a", "b"), -3, -3).prediction()).isZero();
  }

  @Test
  void accuracyHasTheErrorOfAMean() {
    Task task = Task.named("arc_easy");
    List<String> two = List.of("a", "b");
    List<Answer> answers =
        List.of(
            answer(0, two, -1, -2),
            answer(0, two, -1, -2),
            answer(1, two, -1, -2),
            answer(0, two, -1, -2));
    Metrics.Metric accuracy = metric(task, answers, "acc");
    assertThat(accuracy.value()).isEqualTo(0.75);
    assertThat(accuracy.error()).isCloseTo(Math.sqrt(0.75 * 0.25 / 3), within(1e-12));
    assertThat(metric(task, answers.subList(0, 1), "acc").error()).isNaN();
  }

  @Test
  void perplexityIsOfWholeAnswers() {
    Task task = Task.named("lambada_openai");
    List<Answer> answers = List.of(answer(0, List.of("a"), -0.5), answer(0, List.of("b"), -3.5));
    assertThat(metric(task, answers, "perplexity").value()).isCloseTo(Math.exp(2), within(1e-9));
    assertThat(metric(task, answers, "perplexity").error())
        .isCloseTo(Math.exp(2) * 1.5, within(1e-9));
    assertThat(metric(task, answers, "acc").value()).isEqualTo(0.5);
  }

  @Test
  void textsAreMeasuredByTheirWordsAndBytes() {
    Task task = Task.named("wikitext");
    List<Answer> answers =
        List.of(answer(0, List.of("zwei Wörter"), -8), answer(0, List.of(" eins"), -4));
    assertThat(metric(task, answers, "word_perplexity").value())
        .isCloseTo(Math.exp(12.0 / 4), within(1e-9));
    assertThat(metric(task, answers, "byte_perplexity").value())
        .isCloseTo(Math.exp(12.0 / 17), within(1e-9));
    Metrics.Metric bits = metric(task, answers, "bits_per_byte");
    assertThat(bits.value()).isCloseTo(12.0 / 17 / Math.log(2), within(1e-9));
    assertThat(bits.error()).isNaN();
  }
}
