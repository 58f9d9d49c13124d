"""Answers prompts with a model, scores the answers, saves the pipeline and reads it again.

    spark-submit --master 'local[2]' --jars JARS example.py MODEL FOLDER
"""

import sys

from pyspark.ml import Pipeline, PipelineModel
from pyspark.sql import SparkSession

from org.gta4j.spark import GtaGenerator, GtaScorer, GtaTokenizer, register_functions


def main(model, folder):
    spark = SparkSession.builder.appName("gta4j example").getOrCreate()
    prompts = spark.createDataFrame(
        [(1, "Once upon a time"), (2, "The little dog"), (3, ""), (4, None)], "id long, prompt string"
    )
    pipeline = Pipeline(
        stages=[
            GtaTokenizer(model=model, inputCol="prompt", errorCol=""),
            GtaGenerator(model=model, inputCol="prompt", maxTokens=24, repeatPenalty=1.15, seed=7, stop=["."]),
            GtaScorer(model=model, inputCol="answer", errorCol="score_error"),
        ]
    )
    fitted = pipeline.fit(prompts)
    answers = fitted.transform(prompts)
    answers.show(truncate=60)

    fitted.write().overwrite().save(folder)
    again = PipelineModel.load(folder).transform(prompts)
    if again.collect() != answers.collect():
        raise SystemExit("the pipeline that was read gives other answers")

    register_functions(spark, model)
    prompts.createOrReplaceTempView("prompts")
    spark.sql(
        "SELECT id, score.perplexity, score.error FROM (SELECT id, gta_score(prompt) AS score FROM prompts)"
    ).show(truncate=60)
    spark.stop()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit("usage: example.py MODEL FOLDER: a model's path, and where to save the pipeline")
    main(sys.argv[1], sys.argv[2])
