package org.gta4j.server.http;

import io.helidon.http.HttpPrologue;
import io.helidon.http.Method;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.http1.Http1ConnectionListener;
import java.util.function.BooleanSupplier;

/**
 * Tells whether the client of a request is still there while nothing is written to it, and whether
 * it wants to be told anything but headers: a connection has a thread, which is also its requests',
 * so what the last request came by is known in it.
 */
final class ConnectionWatch implements Http1ConnectionListener {
  private static final ThreadLocal<ConnectionContext> CONNECTION = new ThreadLocal<>();
  private static final ThreadLocal<Method> METHOD = new ThreadLocal<>();

  @Override
  public void prologue(ConnectionContext connection, HttpPrologue prologue) {
    CONNECTION.set(connection);
    METHOD.set(prologue.method());
  }

  /** Whether this thread's request wants headers alone. */
  static boolean isHead() {
    return Method.HEAD.equals(METHOD.get());
  }

  /**
   * Begins to watch the connection of this thread's request, whose body has been read.
   *
   * @return whether the client is there, from any thread
   */
  static BooleanSupplier begin() {
    return CONNECTION.get() instanceof WatchedConnection connection
        ? connection.watch()
        : () -> true;
  }
}
