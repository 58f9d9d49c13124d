package org.gta4j.cli.training;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** YAML files that users write. */
final class YamlFile {
  /** A number for everybody but YAML's first version, which wants a point in it. */
  private static final Pattern EXPONENT = Pattern.compile("[-+]?\\d+[eE][-+]?\\d+");

  private YamlFile() {}

  /**
   * The names and values of a file.
   *
   * @throws IllegalArgumentException if there is none, or there is something else in it
   */
  static ObjectNode read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException("%s: there is no such file".formatted(file));
    }
    try {
      YAMLMapper mapper =
          YAMLMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
      if (mapper.readTree(file) instanceof ObjectNode root) {
        withNumbers(root);
        return root;
      }
    } catch (JacksonException e) {
      throw new IllegalArgumentException(
          "%s: this is no YAML: %s".formatted(file, e.getOriginalMessage()), e);
    }
    throw new IllegalArgumentException(
        "%s: expected options as 'name: value', one a line".formatted(file));
  }

  /** Makes numbers of texts such as 1e-3. */
  private static void withNumbers(ObjectNode object) {
    for (Map.Entry<String, JsonNode> entry : List.copyOf(object.properties())) {
      JsonNode value = entry.getValue();
      if (value.isString() && EXPONENT.matcher(value.stringValue()).matches()) {
        object.put(entry.getKey(), Double.parseDouble(value.stringValue()));
      } else if (value instanceof ObjectNode inner) {
        withNumbers(inner);
      } else if (value.isArray()) {
        value.forEach(element -> {
          if (element instanceof ObjectNode inner) {
            withNumbers(inner);
          }
        });
      }
    }
  }
}
