/** The command line. */
module org.gta4j.cli {
  requires static transitive org.jspecify;
  requires static org.gta4j.server; // there where something is served
  requires transitive info.picocli;
  requires java.logging;
  requires jdk.management;
  requires transitive org.gta4j.core;
  requires transitive org.gta4j.data;
  requires org.gta4j.embedded;
  requires transitive org.gta4j.eval;
  requires org.jline.reader;
  requires org.jline.terminal;
  requires ojalgo;
  requires tools.jackson.databind;

  exports org.gta4j.cli;
  exports org.gta4j.cli.data;
}
