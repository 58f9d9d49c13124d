package org.gta4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.gta4j.testing.ByteChatModel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a model that says nothing sensible, but what it is held to. */
class ChatWithFunctionsTest {
  @TempDir Path folder;

  @Test
  void callsAFunctionAndEndsWithARecord() {
    new ByteChatModel(List.of("<|endoftext|>", "<|im_start|>", "<|im_end|>"), List.of())
        .load(folder, 2048, Optional.of(ByteChatModel.TEMPLATE))
        .close();
    List<String> lines =
        Printed.by(() -> ChatWithFunctions.main(new String[] {folder.toString()})).lines().toList();
    assertThat(lines.getFirst()).matches("weather in (PARIS|LIMA)");
    assertThat(lines.getLast())
        .matches("Forecast\\[city=(PARIS|LIMA), degrees=-?\\d+, rain=(true|false)\\]");
  }
}
