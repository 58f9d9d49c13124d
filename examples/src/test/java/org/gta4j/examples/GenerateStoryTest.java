package org.gta4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class GenerateStoryTest {
  @Test
  void printsTheStoryOfALlama2cModelWithItsTokenizerBeside() {
    Path model = Path.of("../cli/src/test/models/stories260K/stories260K.bin");
    assertThat(Printed.by(() -> GenerateStory.main(new String[] {model.toString()})))
        .startsWith(
            ", there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball.")
        .endsWith(System.lineSeparator());
  }
}
