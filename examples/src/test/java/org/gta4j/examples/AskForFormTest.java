package org.gta4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AskForFormTest {
  @Test
  void printsAStoryAndAnObject() {
    List<String> lines =
        Printed.by(() ->
                AskForForm.main(
                    new String[] {"../cli/src/test/models/stories260K/stories260K.bin"}))
            .lines()
            .toList();
    assertThat(lines.getFirst()).startsWith(", there was a little girl named Lily.");
    JsonNode answer = JsonMapper.shared().readTree(String.join("", lines.subList(1, lines.size())));
    assertThat(answer.path("colour").stringValue()).isIn("red", "green", "blue");
    assertThat(answer.path("count").intValue()).isBetween(1, 9);
  }
}
