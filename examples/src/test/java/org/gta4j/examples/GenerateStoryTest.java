package org.gta4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.gta4j.embedded.EmbeddedModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerateStoryTest {
  @TempDir Path folder;

  @Test
  void printsTheStoryOfALlama2cModelWithItsTokenizerBeside() throws IOException {
    copy(EmbeddedModel.NAME);
    copy(EmbeddedModel.TOKENIZER_NAME);
    assertThat(printed(folder.resolve(EmbeddedModel.NAME).toString()))
        .startsWith(
            ", there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball.")
        .endsWith(System.lineSeparator());
  }

  private void copy(String name) throws IOException {
    try (InputStream resource = EmbeddedModel.class.getResourceAsStream(name)) {
      assertThat(resource).isNotNull();
      Files.copy(resource, folder.resolve(name));
    }
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
