package org.gta4j.server.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a server listens, and to whom.
 *
 * @param host the address it listens at; another than loopback is seen by other machines
 * @param port its port; 0: any that is free
 * @param modelName what the model is called in answers
 * @param keys whoever asks has to have one of them; nobody has to where there are none
 * @param origins whose pages may use the server besides its own; {@code *}: all
 * @param tls certificate and key, where it is to be reached by HTTPS
 * @param mostBodyBytes how large a request may be
 * @param mostTime how long an answer may take
 * @param sessions where sessions are saved; none are where it is empty
 */
public record ServerSettings(
    String host,
    int port,
    String modelName,
    List<String> keys,
    List<String> origins,
    Optional<TlsFiles> tls,
    long mostBodyBytes,
    Duration mostTime,
    Optional<Path> sessions) {
  /** Where certificate and key are, both in PEM. */
  public record TlsFiles(Path certificate, Path key) {}

  /** Checks the ranges. */
  public ServerSettings {
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port: expected 0 to 65535, found " + port);
    }
    if (mostBodyBytes < 1) {
      throw new IllegalArgumentException(
          "request size: expected at least a byte, found " + mostBodyBytes);
    }
    if (mostTime.isNegative() || mostTime.isZero()) {
      throw new IllegalArgumentException("time: expected more than none, found " + mostTime);
    }
    if (keys.stream().anyMatch(String::isBlank)) {
      throw new IllegalArgumentException("api-key: expected a key, found an empty one");
    }
    keys = List.copyOf(keys);
    origins = List.copyOf(origins);
  }

  /** Settings of a server that saves no sessions. */
  public ServerSettings(
      String host,
      int port,
      String modelName,
      List<String> keys,
      List<String> origins,
      Optional<TlsFiles> tls,
      long mostBodyBytes,
      Duration mostTime) {
    this(host, port, modelName, keys, origins, tls, mostBodyBytes, mostTime, Optional.empty());
  }

  /** On this machine alone, without keys. */
  public static ServerSettings local(int port, String modelName) {
    return new ServerSettings(
        "127.0.0.1",
        port,
        modelName,
        List.of(),
        List.of(),
        Optional.empty(),
        32L << 20,
        Duration.ofMinutes(30));
  }
}
