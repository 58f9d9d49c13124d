/** What models learn from, and are measured by: texts, tokenizers made of them, and tokens. */
@SuppressWarnings("requires-automatic") // libraries that name their module in the manifest only
module org.gta4j.data {
  requires static transitive org.jspecify;
  requires transitive org.gta4j.core;
  requires transitive tools.jackson.databind;
  requires dev.hardwood.core;
  requires java.logging;
  requires org.apache.commons.compress;

  exports org.gta4j.data;
  exports org.gta4j.data.bpe;
  exports org.gta4j.data.shard;
  exports org.gta4j.data.text;
}
