/** The command line. */
module org.gta4j.cli {
  requires static org.jspecify;
  requires info.picocli;
  requires org.gta4j.core;
  requires org.gta4j.embedded;

  opens org.gta4j.cli to
      info.picocli;
}
