/**
 * Generation, scoring and tokenization of whole datasets in Apache Spark, as transformers of {@code
 * spark.ml} and as functions in SQL:
 *
 * <pre>{@code
 * Dataset<Row> answers =
 *     new GtaGenerator()
 *         .setModel("/models/model.gguf")
 *         .setInputCol("prompt")
 *         .setOutputCol("answer")
 *         .setErrorCol("error")
 *         .setMaxTokens(128)
 *         .transform(prompts);
 * }</pre>
 *
 * <p>An executor has one engine for a model, which its tasks share: each task keeps many rows in
 * it, so that their texts are computed together. A row's result depends on the row and on the
 * parameters alone, whatever the partitions, their order, and how often a task is tried. A row that
 * cannot be computed has a sentence in the error column.
 */
@NullMarked
package org.gta4j.spark;

import org.jspecify.annotations.NullMarked;
