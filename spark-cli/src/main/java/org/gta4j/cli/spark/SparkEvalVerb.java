package org.gta4j.cli.spark;

import java.util.List;
import org.gta4j.cli.Evaluation;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.Verb;
import org.gta4j.cli.spark.eval.SparkScoring;
import org.gta4j.cli.spark.job.SparkPlace;

/** {@code gta spark eval}. */
final class SparkEvalVerb extends Verb {
  private final SparkOptions spark = new SparkOptions();
  private final Evaluation evaluation;

  @SuppressWarnings("this-escape") // picocli keeps it, and looks at it when a command is parsed
  SparkEvalVerb() {
    super(
        "spark eval",
        "--tasks NAME,... --data FOLDER [OPTION]...",
        List.of(
            "Scores a model as 'gta eval' does, with the same results, its questions spread over"
                + " the tasks of Apache Spark.",
            "Each executor loads the model once; its path is one that every executor sees. With"
                + " --out answers are kept while it goes on."),
        List.of(
            "gta spark eval --tasks hellaswag,arc_easy --data eval --model model.gguf --out"
                + " results",
            "gta spark eval --master spark://host:7077 --tasks piqa --data eval --model"
                + " /shared/model.gguf --json"));
    spark.addTo(this);
    evaluation = new Evaluation(this);
  }

  @Override
  public void run(Terminal terminal) {
    SparkPlace place = spark.place();
    evaluation.run(terminal, (told, options) -> SparkScoring.open(told, options, place));
  }
}
