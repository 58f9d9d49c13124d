package org.gta4j.server.api;

/** Whoever asked has left: nothing need be written any more. */
public final class ClientGoneException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Without a trace of calls, since it is no fault. */
  public ClientGoneException() {
    super("the client has left", null, false, false);
  }
}
