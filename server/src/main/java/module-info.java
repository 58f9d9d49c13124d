/** A server that speaks OpenAI's API. */
@SuppressWarnings("requires-automatic")
module org.gta4j.server {
  requires static transitive org.jspecify;
  requires transitive org.gta4j.core;
  requires io.helidon.common.buffers;
  requires io.helidon.common.socket;
  requires io.helidon.common.task;
  requires io.helidon.common.tls;
  requires io.helidon.common.uri;
  requires io.helidon.http;
  requires io.helidon.webserver;
  requires micrometer.core;
  requires micrometer.registry.prometheus;
  requires tools.jackson.databind;

  exports org.gta4j.server;
  exports org.gta4j.server.settings;
}
