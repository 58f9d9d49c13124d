package org.gta4j.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class RecordSchemaTest {
  enum Colour {
    RED,
    BLUE
  }

  record Ball(Colour colour, Optional<Double> weight) {}

  record Bag(
      String owner, List<Ball> balls, Map<String, Long> prices, boolean isOpen, Integer size) {}

  record Within(List<Within> others) {}

  record Unordered(Set<String> names) {}

  record Numbered(Map<Integer, String> names) {}

  @Test
  void isTheSchemaOfWhatJacksonReads() {
    assertThat(RecordSchema.of(Bag.class))
        .isEqualTo(
            JsonMapper.shared()
                .readTree(
                    """
                    {"type": "object",
                     "properties": {
                       "owner": {"type": "string"},
                       "balls": {"type": "array", "items":
                         {"type": "object",
                          "properties": {"colour": {"enum": ["RED", "BLUE"]},
                                         "weight": {"type": "number"}},
                          "required": ["colour"],
                          "additionalProperties": false}},
                       "prices": {"type": "object", "additionalProperties":
                         {"type": "integer", "minimum": -9223372036854775808,
                          "maximum": 9223372036854775807}},
                       "isOpen": {"type": "boolean"},
                       "size": {"type": "integer", "minimum": -2147483648, "maximum": 2147483647}},
                     "required": ["owner", "balls", "prices", "isOpen", "size"],
                     "additionalProperties": false}
                    """));
    assertThat(JsonMapper.shared().readValue("{\"colour\": \"BLUE\"}", Ball.class))
        .isEqualTo(new Ball(Colour.BLUE, Optional.empty()));
  }

  @Test
  void namesWhatItCannotWrite() {
    assertThatThrownBy(() -> RecordSchema.of(Unordered.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Unordered.names: expected a text")
        .hasMessageEndingWith("found java.util.Set<java.lang.String>");
    assertThatThrownBy(() -> RecordSchema.of(Numbered.class))
        .hasMessageContaining("Numbered.names: expected a text");
    assertThatThrownBy(() -> RecordSchema.of(Within.class))
        .hasMessageContaining("Within: expected an end to it, found itself within it");
  }
}
