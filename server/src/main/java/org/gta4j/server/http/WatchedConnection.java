package org.gta4j.server.http;

import io.helidon.common.buffers.DataReader;
import io.helidon.common.buffers.DataWriter;
import io.helidon.common.socket.HelidonSocket;
import io.helidon.common.socket.PeerInfo;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ConnectionContext;
import io.helidon.webserver.ListenerContext;
import io.helidon.webserver.ProxyProtocolData;
import io.helidon.webserver.Router;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A connection that can be read ahead while an answer is computed, since nothing but reading tells
 * that a client has left. The web server's own sockets do not tell it: of its two kinds one never
 * reads ahead, the other takes a client that is silent for one that has left.
 *
 * <p>What is read ahead is what the connection's thread gets next; it waits for it where it has not
 * come yet. It waits for nothing for ever, neither for what a client sends nor for what it takes.
 */
final class WatchedConnection implements ConnectionContext, AutoCloseable {
  private final ConnectionContext connection;
  private final Patience reading;
  private final Patience writing;
  private final DataReader reader;
  private final DataWriter writer;
  private volatile boolean ended;

  /** Used by the connection's thread alone. */
  private Optional<FutureTask<Optional<byte[]>>> ahead = Optional.empty();

  /**
   * A connection.
   *
   * @param mostRead how long is waited for what a client sends
   * @param mostWrite how long for it to take a piece of what it asked for
   */
  WatchedConnection(ConnectionContext connection, Duration mostRead, Duration mostWrite) {
    this.connection = connection;
    reading = new Patience(mostRead);
    reader = DataReader.create(() -> reading.with(this::next));
    writing = new Patience(mostWrite);
    writer = new WatchedWriter(connection.dataWriter(), writing);
  }

  /** Nobody waits for the client any more. */
  @Override
  public void close() {
    reading.close();
    writing.close();
  }

  /**
   * Begins to read ahead; for the connection's thread, when it has read a request.
   *
   * @return whether the client is there, for any thread
   */
  BooleanSupplier watch() {
    if (ahead.isEmpty()) {
      FutureTask<Optional<byte[]>> task = new FutureTask<>(this::read);
      Thread.ofVirtual().name("gta4j-ahead").start(task);
      ahead = Optional.of(task);
    }
    return () -> !ended;
  }

  /** The next bytes; null at the end. */
  private byte @Nullable [] next() {
    Optional<byte[]> bytes = ahead.isPresent() ? await(ahead.get()) : read();
    ahead = Optional.empty();
    return bytes.orElse(null);
  }

  private Optional<byte[]> read() {
    DataReader in = connection.dataReader();
    try {
      in.ensureAvailable();
      return Optional.of(in.readBytes(in.available()));
    } catch (DataReader.InsufficientDataAvailableException e) {
      ended = true;
      return Optional.empty();
    } catch (RuntimeException e) {
      ended = true;
      throw e;
    }
  }

  private static Optional<byte[]> await(FutureTask<Optional<byte[]>> task) {
    try {
      return task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CloseConnectionException("nothing comes, or the server is stopping", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e);
    }
  }

  @Override
  public DataReader dataReader() {
    return reader;
  }

  @Override
  public ListenerContext listenerContext() {
    return connection.listenerContext();
  }

  @Override
  public ExecutorService executor() {
    return connection.executor();
  }

  @Override
  public DataWriter dataWriter() {
    return writer;
  }

  @Override
  public Router router() {
    return connection.router();
  }

  @Override
  public Optional<ProxyProtocolData> proxyProtocolData() {
    return connection.proxyProtocolData();
  }

  @Override
  public HelidonSocket serverSocket() {
    return connection.serverSocket();
  }

  @Override
  public PeerInfo remotePeer() {
    return connection.remotePeer();
  }

  @Override
  public PeerInfo localPeer() {
    return connection.localPeer();
  }

  @Override
  public boolean isSecure() {
    return connection.isSecure();
  }

  @Override
  public String socketId() {
    return connection.socketId();
  }

  @Override
  public String childSocketId() {
    return connection.childSocketId();
  }
}
