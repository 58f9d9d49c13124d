package org.gta4j.data.text;

import dev.hardwood.row.PqList;
import dev.hardwood.row.PqStruct;
import dev.hardwood.row.StructAccessor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The rows of a Parquet file as JSON objects, as the same records in JSON lines would be. */
final class ParquetRecords {
  private static final JsonNodeFactory NODES = JsonMapper.shared().getNodeFactory();

  private ParquetRecords() {}

  /**
   * Reads a file.
   *
   * @param bytes is told what part of the file's bytes has been read: that of its rows
   */
  static void read(Path file, LongConsumer bytes, DocumentFiles.Objects objects) {
    ParquetFile.read(
        file,
        reader -> reader.rowReader(),
        ParquetRecords::object,
        "records",
        bytes,
        objects::accept);
  }

  private static ObjectNode object(StructAccessor row) {
    ObjectNode object = NODES.objectNode();
    for (int i = 0; i < row.getFieldCount(); i++) {
      object.set(row.getFieldName(i), row.isNull(i) ? NODES.nullNode() : node(row.getValue(i)));
    }
    return object;
  }

  private static JsonNode node(@Nullable Object value) {
    return switch (value) {
      case null -> NODES.nullNode();
      case String text -> NODES.stringNode(text);
      case Boolean truth -> NODES.booleanNode(truth);
      case Integer number -> NODES.numberNode(number);
      case Long number -> NODES.numberNode(number);
      case Float number -> NODES.numberNode(number);
      case Double number -> NODES.numberNode(number);
      case byte[] bytes -> NODES.stringNode(new String(bytes, StandardCharsets.UTF_8));
      case PqStruct struct -> object(struct);
      case PqList list -> {
        ArrayNode array = NODES.arrayNode();
        list.values().forEach(each -> array.add(node(each)));
        yield array;
      }
      default -> NODES.stringNode(value.toString());
    };
  }
}
