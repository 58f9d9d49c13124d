/** A tiny language model inside a jar, for first steps and tests. */
module org.gta4j.embedded {
  requires static org.jspecify;

  exports org.gta4j.embedded;
}
