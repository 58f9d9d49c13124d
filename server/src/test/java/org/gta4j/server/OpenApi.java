package org.gta4j.server;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The description that the server publishes, and what it says of requests and answers. */
final class OpenApi {
  private final JsonNode description;
  private final SchemaRegistry registry =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  private final Map<String, Schema> schemas = new ConcurrentHashMap<>();

  OpenApi(JsonNode description) {
    this.description = description;
  }

  JsonNode description() {
    return description;
  }

  /** What a reference stands for. */
  JsonNode resolve(JsonNode node) {
    JsonNode resolved = node;
    while (resolved.has("$ref")) {
      resolved = description.at(resolved.path("$ref").stringValue().substring(1));
    }
    return resolved;
  }

  /** What is wrong with a value, by a schema among the components. */
  List<String> mistakes(String component, JsonNode value) {
    return schemas.computeIfAbsent(component, this::schema).validate(value).stream()
        .map(Object::toString)
        .toList();
  }

  private Schema schema(String component) {
    ObjectNode whole = JsonMapper.shared().createObjectNode();
    whole.put("$ref", "#/components/schemas/" + component);
    whole.putObject("components").set("schemas", description.at("/components/schemas"));
    return registry.getSchema(whole);
  }

  /** What is wrong with a value, by any schema. */
  static List<String> mistakes(JsonNode schema, JsonNode value) {
    return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
        .getSchema(schema)
        .validate(value)
        .stream()
        .map(Object::toString)
        .toList();
  }
}
