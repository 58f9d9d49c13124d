/**
 * Language models with grouped-head latent attention and its relatives: loading, computing,
 * generating.
 */
module org.gta4j.core {
  requires static jdk.incubator.vector;
  requires static transitive org.jspecify;
  requires transitive tools.jackson.databind;

  exports org.gta4j.answer;
  exports org.gta4j.attention;
  exports org.gta4j.cache.disk;
  exports org.gta4j.cache;
  exports org.gta4j.chat.tools;
  exports org.gta4j.chat;
  exports org.gta4j.checkpoint;
  exports org.gta4j.cost;
  exports org.gta4j.generate;
  exports org.gta4j.grammar;
  exports org.gta4j.measure;
  exports org.gta4j.model.export;
  exports org.gta4j.model.rope;
  exports org.gta4j.model.variant;
  exports org.gta4j.model;
  exports org.gta4j.ops;
  exports org.gta4j.template;
  exports org.gta4j.tensor;
  exports org.gta4j.tokenizer;

  uses org.gta4j.ops.OpsProvider;

  provides org.gta4j.ops.OpsProvider with
      org.gta4j.ops.scalar.ScalarProvider,
      org.gta4j.ops.vector.VectorProvider;
}
