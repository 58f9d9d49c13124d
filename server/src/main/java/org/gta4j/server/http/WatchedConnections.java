package org.gta4j.server.http;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.concurrency.limits.Limit;
import io.helidon.common.task.InterruptableTask;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionSelector;
import io.helidon.webserver.spi.ServerConnection;
import io.helidon.webserver.spi.ServerConnectionSelector;
import java.time.Duration;
import java.util.Set;

/**
 * HTTP/1.1 over connections that can be watched.
 *
 * @param http what speaks it
 * @param mostRead how long is waited for what a client sends
 * @param mostWrite how long for it to take a piece of what it asked for
 */
record WatchedConnections(Http1ConnectionSelector http, Duration mostRead, Duration mostWrite)
    implements ServerConnectionSelector {
  @Override
  public int bytesToIdentifyConnection() {
    return http.bytesToIdentifyConnection();
  }

  /** Also what is refused in words: another version of HTTP would be met with silence. */
  @Override
  public Support supports(BufferData begin) {
    int end = begin.indexOf((byte) '\n');
    boolean isOlder = end > 0 && begin.readString(end).endsWith(" HTTP/1.0\r");
    begin.rewind();
    return isOlder ? Support.SUPPORTED : http.supports(begin);
  }

  @Override
  public Set<String> supportedApplicationProtocols() {
    return http.supportedApplicationProtocols();
  }

  @Override
  public ServerConnection connection(ConnectionContext connection) {
    WatchedConnection watched = new WatchedConnection(connection, mostRead, mostWrite);
    return new Handled(http.connection(watched), watched);
  }

  /** A connection whose timers end with it: the web server tells nobody that it has ended. */
  private record Handled(ServerConnection http, WatchedConnection watched)
      implements ServerConnection, InterruptableTask<Void> {
    @Override
    public void handle(Limit limit) throws InterruptedException {
      try (watched) {
        http.handle(limit);
      }
    }

    @Override
    public Duration idleTime() {
      return http.idleTime();
    }

    @Override
    public void close(boolean interrupts) {
      http.close(interrupts);
    }

    /** Whether it waits for a request, and nothing is lost when the server stops. */
    @Override
    public boolean canInterrupt() {
      return http instanceof InterruptableTask<?> task && task.canInterrupt();
    }
  }
}
