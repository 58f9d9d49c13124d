package org.gta4j.train.workers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/** Where workers find each other. Nobody is asked who they are: it is a place that one trusts. */
public sealed interface Rendezvous {
  /** The address under which this machine's worker is to be found by the others. */
  String ownAddress();

  /**
   * Of workers on one machine: a file that only they know, and that is not there yet.
   *
   * @param path its place
   */
  record File(Path path) implements Rendezvous {
    @Override
    public String ownAddress() {
      return InetAddress.getLoopbackAddress().getHostAddress();
    }

    @Override
    public String toString() {
      return path.toString();
    }
  }

  /**
   * Of workers whose launchers have met already: a store that the first launcher keeps.
   *
   * @param host where that is
   * @param attempt how often they have met before; what is left of that is not to be seen
   */
  record Kept(Host host, int attempt) implements Rendezvous {
    @Override
    public String ownAddress() {
      return host.ownAddress();
    }

    @Override
    public String toString() {
      return host.toString();
    }
  }

  /**
   * Of workers on several machines: where worker 0 can be reached by all.
   *
   * @param name of its machine, or an address
   * @param port a free one there
   */
  record Host(String name, int port) implements Rendezvous {
    /** Checks the port. */
    public Host {
      if (name.isBlank() || port < 1 || port > 65535) {
        throw new IllegalArgumentException(
            "rendezvous: expected HOST:PORT with a port from 1 to 65535, found %s:%d"
                .formatted(name, port));
      }
    }

    /**
     * Reads {@code HOST:PORT}.
     *
     * @throws IllegalArgumentException if it is nothing of the kind
     */
    public static Host parse(String text) {
      int colon = text.lastIndexOf(':');
      if (colon < 1 || !text.substring(colon + 1).matches("\\d{1,5}")) {
        throw new IllegalArgumentException("rendezvous: expected HOST:PORT, found " + text);
      }
      return new Host(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    }

    /** That of the network card that leads to worker 0: a machine's own name may mean itself. */
    @Override
    public String ownAddress() {
      InetSocketAddress there = new InetSocketAddress(name, port);
      if (there.isUnresolved()) {
        throw new WorkerException("rendezvous: no machine is known by the name " + name);
      }
      try (DatagramSocket socket = new DatagramSocket()) {
        socket.connect(there); // chooses a way and sends nothing
        return socket.getLocalAddress().getHostAddress();
      } catch (IOException | UncheckedIOException e) {
        throw new WorkerException(
            "rendezvous: %s cannot be reached: %s".formatted(name, e.getMessage()), e);
      }
    }

    @Override
    public String toString() {
      return name + ":" + port;
    }
  }
}
