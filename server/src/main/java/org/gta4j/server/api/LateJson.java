package org.gta4j.server.api;

import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JacksonSerializable;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.jsontype.TypeSerializer;

/**
 * JSON that is made when it is written, for what would take much memory before.
 *
 * @param writer writes one value
 */
record LateJson(Consumer<JsonGenerator> writer) implements JacksonSerializable {
  @Override
  public void serialize(JsonGenerator to, SerializationContext context) {
    writer.accept(to);
  }

  @Override
  public void serializeWithType(
      JsonGenerator to, SerializationContext context, TypeSerializer types) {
    writer.accept(to);
  }
}
