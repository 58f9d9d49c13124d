package org.gta4j.cli.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gta4j.checkpoint.CheckpointException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExperimentFileTest {
  private static final String FILE =
      """
      steps: 4
      sequence: 32
      seeds: [0, 3]
      parameters: 40000
      model:
        model_type: llama
        hidden_size: 32
        num_hidden_layers: 2
        num_attention_heads: 4
        head_dim: 8
        max_position_embeddings: 64
      variants:
        - name: gqa
          num_key_value_heads: 2
        - name: mqa
          num_key_value_heads: 1
      """;

  @TempDir private Path folder = Path.of("");

  private Experiment read(String text) throws IOException {
    Path file = folder.resolve("grid.yaml");
    Files.writeString(file, text);
    return ExperimentFile.read(file);
  }

  @Test
  void trainingsAreInTheOrderOfSeeds() throws IOException {
    Experiment experiment = read(FILE);
    assertThat(experiment.runs())
        .extracting(Experiment.Run::name)
        .containsExactly("gqa-0", "mqa-0", "gqa-3", "mqa-3");
    assertThat(experiment.settings(experiment.runs().getFirst()).json().toString())
        .contains("\"steps\":4")
        .contains("\"num_key_value_heads\":2");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "steps: 4                 | stepz: 4                 | stepz: there is no such key; did you mean steps?",
        "steps: 4                 | steps: 0                 | steps",
        "steps: 4                 | steps: many              | steps",
        "sequence: 32             | sequence: 65             | sequence: expected at most gqa's max_position_embeddings, 64, found 65",
        "seeds: [0, 3]            | seeds: [0, 0]            | seeds: expected different ones",
        "seeds: [0, 3]            | seeds: []                | seeds: expected at least one",
        "seeds: [0, 3]            | seeds: [-1]              | seeds: expected a list of integers from 0 on",
        "parameters: 40000        | parameters: -5           | parameters",
        "hidden_size: 32          | hidden_sise: 32          | hidden_size",
        "head_dim: 8              | head_dim: 8\\n  rope: 1  | model: rope: no variant has such a key",
        "name: mqa                | name: gqa                | variants: expected a name for each, found gqa twice",
        "name: mqa                | name: m/a                | variants: expected a name of letters",
        "num_key_value_heads: 1   | num_key_value_heads: 3   | num_key_value_heads",
        "num_key_value_heads: 1   | value_dim: 3             | mqa: value_dim: this model has no such key",
        "num_key_value_heads: 1   | vocab_size: 3            | vocab_size: expected no such key, since it follows from the tokenizer",
        "num_key_value_heads: 1   | intermediate_size: 3     | intermediate_size: expected no such key, since it follows from 'parameters'",
      })
  void mistakesAreNamed(String right, String wrong, String message) {
    String text = FILE.replace(right, wrong.replace("\\n", "\n"));
    assertThat(text).isNotEqualTo(FILE);
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("grid.yaml")
        .hasMessageContaining(message);
  }
}
