package org.gta4j.server.http;

import io.helidon.webserver.http.ServerResponse;

/** Sends bodies; of those that were asked for by HEAD only how long they are. */
final class Bodies {
  private Bodies() {}

  static void send(ServerResponse response, byte[] body) {
    if (ConnectionWatch.isHead()) {
      response.contentLength(body.length);
      response.send();
    } else {
      response.send(body);
    }
  }
}
