package org.gta4j.server.api;

import org.gta4j.generate.EngineStats;
import org.gta4j.model.ModelConfig;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/models} and {@code /health}: what there is, and how it does. */
public final class ModelEndpoint {
  private final ServedModel model;

  /** Of a model. */
  public ModelEndpoint(ServedModel model) {
    this.model = model;
  }

  /** All models, which is one. */
  public ObjectNode list() {
    ObjectNode list = JsonNodeFactory.instance.objectNode();
    list.put("object", "list");
    list.putArray("data").add(describe());
    return list;
  }

  /**
   * A model by its name.
   *
   * @throws ApiException if there is none
   */
  public ObjectNode one(String name) {
    if (!name.equals(model.name())) {
      throw ApiException.of(
          404,
          "invalid_request_error",
          "model_not_found",
          "there is no model %s here, only %s".formatted(name, model.name()));
    }
    return describe();
  }

  private ObjectNode describe() {
    ObjectNode one = JsonNodeFactory.instance.objectNode();
    one.put("id", model.name());
    one.put("object", "model");
    one.put("created", model.created());
    one.put("owned_by", "gta4j");
    ObjectNode meta = one.putObject("meta");
    ModelConfig config = model.model().config();
    meta.put("variant", config.attention().name());
    meta.put("parameters", config.parameters());
    meta.put("context_length", model.engine().room(0)); // of the context, what the cache holds
    meta.put("vocabulary", model.vocabulary());
    meta.put("weights_bytes", model.model().weightsBytes());
    meta.put("chat", model.conversations().isPresent());
    return one;
  }

  /** That it lives, and how much it has to do. */
  public ObjectNode health() {
    EngineStats stats = model.engine().stats();
    ObjectNode health = JsonNodeFactory.instance.objectNode();
    health.put("status", "ok");
    health.put("running", stats.running());
    health.put("waiting", stats.waiting());
    ObjectNode cache = health.putObject("cache");
    cache.put("used_blocks", stats.usedBlocks());
    cache.put("reclaimable_blocks", stats.reclaimableBlocks());
    cache.put("max_blocks", stats.mostBlocks());
    cache.put("used_bytes", stats.usedBlocks() * stats.blockBytes());
    cache.put("max_bytes", stats.mostBlocks() * stats.blockBytes());
    return health;
  }
}
