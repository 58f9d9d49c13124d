package org.gta4j.cli.training;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Options in a YAML file: {@code gta train FILE.yaml} is {@code gta train} with the file's keys as
 * options. One that is given on the command line too counts there.
 */
final class YamlOptions {
  private YamlOptions() {}

  /** The arguments with a file behind the verb replaced by its options; as they are without one. */
  static String[] expanded(String... args) {
    if (args.length < 2 || !args[1].matches(".*\\.ya?ml")) {
      return args;
    }
    List<String> expanded = new ArrayList<>(List.of(args[0]));
    List<String> given = List.of(args).subList(2, args.length);
    for (Map.Entry<String, JsonNode> entry : read(Path.of(args[1])).properties()) {
      String option = "--" + entry.getKey();
      boolean overridden =
          given.stream().anyMatch(arg -> arg.equals(option) || arg.startsWith(option + "="));
      if (!overridden) {
        add(expanded, option, entry.getValue());
      }
    }
    expanded.addAll(given);
    return expanded.toArray(String[]::new);
  }

  private static void add(List<String> arguments, String option, JsonNode value) {
    if (value.isArray()) {
      value.forEach(element -> add(arguments, option, element));
    } else if (value.isBoolean()) {
      if (value.asBoolean()) {
        arguments.add(option);
      }
    } else {
      arguments.add(option + "=" + value.asString());
    }
  }

  private static ObjectNode read(Path file) {
    ObjectNode root = YamlFile.read(file);
    for (Map.Entry<String, JsonNode> entry : root.properties()) {
      if (entry.getValue().isObject() || entry.getValue().isNull()) {
        throw new IllegalArgumentException(
            "%s: %s: expected a value or a list of values".formatted(file, entry.getKey()));
      }
    }
    return root;
  }
}
