/** Models scored as the field scores them. */
module org.gta4j.eval {
  requires static transitive org.jspecify;
  requires transitive org.gta4j.core;
  requires org.gta4j.data;
  requires transitive tools.jackson.databind;
  requires tools.jackson.dataformat.yaml;

  exports org.gta4j.eval;
}
