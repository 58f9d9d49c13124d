package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.generate.Sampling;
import org.junit.jupiter.api.Test;

/** What no test can bring about at will. */
class SentencesTest {
  private static String of(Throwable error) {
    return Sentences.of(error, false);
  }

  @Test
  void aFileThatWasCutOffWhileItWasRead() {
    String sentence = "a file of the model became shorter while it was read";
    assertThat(of(new InternalError("a fault occurred in an unsafe memory access operation")))
        .startsWith(sentence);
    assertThat(of(new CheckpointException("x: cannot be written", new IOException("Bad address"))))
        .startsWith(sentence);
    assertThat(of(new InternalError("other"))).startsWith("this should not have happened");
  }

  @Test
  void tooLittleMemory() {
    assertThat(of(new OutOfMemoryError("Java heap space")))
        .contains("not enough memory (Java heap space)", "--context", "GTA_JAVA_OPTS");
  }

  @Test
  void oursAndOthers() {
    assertThat(of(argumentOfOurs()))
        .isEqualTo("temperature: expected a number from 0 on, found -1.0");
    assertThat(of(argumentOfOthers()))
        .startsWith("this should not have happened: java.lang.IllegalArgumentException")
        .contains("--debug");
    assertThat(Sentences.of(argumentOfOthers(), true)).doesNotContain("--debug");
    assertThat(of(new UncheckedIOException("x", new NoSuchFileException("x"))))
        .isEqualTo("x: there is no such file");
  }

  private static Throwable argumentOfOurs() {
    try {
      return new IllegalStateException("made " + Sampling.of(-1, 0));
    } catch (IllegalArgumentException e) {
      return e;
    }
  }

  private static Throwable argumentOfOthers() {
    try {
      return new IllegalStateException("made " + Enum.valueOf(Thread.State.class, "NONE"));
    } catch (IllegalArgumentException e) {
      return e;
    }
  }

  @Test
  void messagesAreOneLineWhateverAFileBroughtIntoThem() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal = new Terminal(OutputStream.nullOutputStream(), err, () -> false);
    terminal.say("a\nb\u001b[31m ü");
    assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("gta: a b [31m ü\n");
  }
}
