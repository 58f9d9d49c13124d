/** A tiny language model inside a jar, for first steps and tests. */
module org.gta4j.embedded {
  requires static org.jspecify;
  requires transitive org.gta4j.core;

  exports org.gta4j.embedded;
}
