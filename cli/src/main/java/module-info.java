/** The command line. */
module org.gta4j.cli {
  requires static transitive org.jspecify;
  requires transitive info.picocli;
  requires java.logging;
  requires jdk.management;
  requires transitive org.gta4j.core;
  requires org.gta4j.embedded;
  requires org.gta4j.eval;
  requires org.gta4j.server;
  requires org.jline.reader;
  requires org.jline.terminal;
  requires ojalgo;
  requires tools.jackson.databind;

  exports org.gta4j.cli;
}
