/** Small programs that show the library at work. */
module org.gta4j.examples {
  requires static org.jspecify;
  requires org.gta4j.core;

  // Its records are read from JSON.
  opens org.gta4j.examples to
      tools.jackson.databind;
}
