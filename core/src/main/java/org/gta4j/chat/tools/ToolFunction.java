package org.gta4j.chat.tools;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A function that a model may call.
 *
 * @param name its name
 * @param parameters the JSON schema of its arguments, an object's
 * @param definition the entry of OpenAI's {@code tools} that it is from, as templates are given it
 */
public record ToolFunction(
    String name, JsonNode parameters, SequencedMap<String, Object> definition) {
  private static final Set<String> NAMING_NONE =
      Set.of("$schema", "type", "title", "description", "properties", "required");

  /**
   * Reads OpenAI's {@code tools}: a list of {@code {"type": "function", "function": {"name",
   * "description", "parameters"}}}. A function without parameters is called with none.
   *
   * @param tools the list; none where it is missing or null
   * @throws IllegalArgumentException if it is something else, with the place in it
   */
  public static List<ToolFunction> read(JsonNode tools) {
    if (tools.isMissingNode() || tools.isNull()) {
      return List.of();
    }
    if (!tools.isArray()) {
      throw JsonValues.refused("tools", "a list", tools);
    }
    SequencedMap<String, ToolFunction> functions = new LinkedHashMap<>();
    for (int i = 0; i < tools.size(); i++) {
      String where = "tools[%d]".formatted(i);
      ToolFunction function = read(where, tools.get(i));
      if (functions.put(function.name(), function) != null) {
        throw new IllegalArgumentException(
            "%s.function.name: expected each name once, found %s again"
                .formatted(where, function.name()));
      }
    }
    return new ArrayList<>(functions.values());
  }

  /**
   * A function.
   *
   * @param description what it does, for the model
   * @param parameters the JSON schema of its arguments, an object's
   * @throws IllegalArgumentException if the name is blank, or the schema no object
   */
  public static ToolFunction of(String name, String description, JsonNode parameters) {
    ObjectNode tool = JsonNodeFactory.instance.objectNode().put("type", "function");
    tool.putObject("function")
        .put("name", name)
        .put("description", description)
        .set("parameters", parameters);
    return read("tool", tool);
  }

  private static ToolFunction read(String where, JsonNode tool) {
    JsonNode type = tool.path("type");
    if (!tool.isObject() || !(type.isMissingNode() || type.asString("").equals("function"))) {
      throw JsonValues.refused(where, "an object of the type \"function\"", tool);
    }
    JsonNode function = tool.path("function");
    JsonNode name = function.path("name");
    if (!name.isString() || name.stringValue().isBlank()) {
      throw JsonValues.refused(where + ".function.name", "a name", name);
    }
    JsonNode parameters = function.path("parameters");
    if (parameters.isMissingNode() || parameters.isNull() || namesNone(parameters)) {
      parameters =
          JsonNodeFactory.instance
              .objectNode()
              .put("type", "object")
              .put("additionalProperties", false);
    }
    if (!parameters.isObject()) {
      throw JsonValues.refused(where + ".function.parameters", "a JSON schema", parameters);
    }
    SequencedMap<String, Object> definition = JsonValues.fields(tool);
    definition.putIfAbsent("type", "function");
    return new ToolFunction(name.stringValue(), parameters, definition);
  }

  /**
   * Whether it is how clients say that there are no parameters, which JSON schema does not mean.
   */
  private static boolean namesNone(JsonNode schema) {
    if (!schema.isObject()) {
      return false;
    }
    JsonNode properties = schema.path("properties");
    return schema.isEmpty()
        || (properties.isObject()
            && properties.isEmpty()
            && NAMING_NONE.containsAll(schema.propertyNames()));
  }

  /** The schema of an argument; missing where none is given. */
  JsonNode schema(String key) {
    return parameters.path("properties").path(key);
  }

  /** Whether an argument is a text and nothing else. */
  boolean isText(String key) {
    return schema(key).path("type").asString("").equals("string");
  }

  /** Whether an argument has to be there. */
  boolean isRequired(String key) {
    for (JsonNode required : parameters.path("required")) {
      if (required.asString("").equals(key)) {
        return true;
      }
    }
    return false;
  }
}
