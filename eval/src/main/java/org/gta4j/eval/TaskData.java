package org.gta4j.eval;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a task's records are, by the harness's names where it has one.
 *
 * @param file {@code data_file}: the file of its records, in the folder of data
 * @param path {@code dataset_path}: the data set's name on Hugging Face's hub
 * @param configuration {@code dataset_name}: which of its configurations
 * @param split {@code test_split}, or {@code validation_split} where there is none
 * @param examplesSplit {@code fewshot_split}, or {@code training_split}: where examples are from;
 *     empty where they are from the same split
 * @param documentStart {@code document_start}: what a document's first line matches, where records
 *     are lines
 */
public record TaskData(
    String file,
    Optional<String> path,
    Optional<String> configuration,
    String split,
    Optional<String> examplesSplit,
    Optional<Pattern> documentStart) {}
