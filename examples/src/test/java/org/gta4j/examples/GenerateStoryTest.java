package org.gta4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class GenerateStoryTest {
  @Test
  void printsTheStoryOfALlama2cModelWithItsTokenizerBeside() {
    Path model = Path.of("../cli/src/test/models/stories260K/stories260K.bin");
    assertThat(printed(model.toString()))
        .startsWith(
            ", there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball.")
        .endsWith(System.lineSeparator());
  }

  private static String printed(String... args) {
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      GenerateStory.main(args);
    } finally {
      System.setOut(before);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
