package org.gta4j.server;

import io.helidon.common.tls.Tls;
import io.helidon.webserver.WebServer;
import io.helidon.webserver.WebServerConfig;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.gta4j.answer.Grammars;
import org.gta4j.chat.tools.ToolPrompts;
import org.gta4j.generate.Engine;
import org.gta4j.generate.EngineSettings;
import org.gta4j.generate.LanguageModel;
import org.gta4j.server.api.LogProbRoom;
import org.gta4j.server.api.PromptSize;
import org.gta4j.server.api.ServedModel;
import org.gta4j.server.http.Listening;
import org.gta4j.server.settings.ServerSettings;

/**
 * A model behind OpenAI's API: texts of all clients are computed together.
 *
 * <pre>{@code
 * try (LanguageModel model = LanguageModel.load(Path.of("model.gguf"));
 *     GtaServer server =
 *         GtaServer.start(
 *             model, new EngineSettings(4L << 30, 32, 256, true), ServerSettings.local(8080, "m"))) {
 *   server.await();
 * }
 * }</pre>
 */
public final class GtaServer implements AutoCloseable {
  private final Engine engine;
  private final WebServer web;
  private final boolean isSecure;
  private final String host;

  private GtaServer(Engine engine, WebServer web, boolean isSecure, String host) {
    this.engine = engine;
    this.web = web;
    this.isSecure = isSecure;
    this.host = host;
  }

  /**
   * Begins to listen.
   *
   * @param model stays the caller's, who closes it after the server
   * @throws IllegalArgumentException if an address or a file of the settings cannot be used
   * @throws org.gta4j.checkpoint.CheckpointException if the model's chat template is damaged
   */
  public static GtaServer start(
      LanguageModel model, EngineSettings engineSettings, ServerSettings settings) {
    Optional<Tls> tls = settings.tls().map(GtaServer::read);
    Optional<ToolPrompts> conversations =
        model.chatTemplates().map(templates -> ToolPrompts.of(templates, true));
    Engine engine = new Engine(model, engineSettings);
    try {
      ServedModel served =
          new ServedModel(
              settings.modelName(),
              engine,
              conversations,
              new Grammars(model),
              PromptSize.of(model),
              Instant.now().getEpochSecond(),
              settings.mostTime(),
              LogProbRoom.ofHeap());
      WebServerConfig.Builder builder = WebServer.builder();
      Listening.configure(builder, served, settings);
      tls.ifPresent(builder::tls);
      WebServer web = builder.build().start();
      if (!web.isRunning()) {
        throw notListening(settings); // it logs why and returns
      }
      return new GtaServer(engine, web, tls.isPresent(), settings.host());
    } catch (RuntimeException | Error e) {
      engine.close();
      throw explained(e, settings);
    }
  }

  /** What is said where the web server does not say what hinders it. */
  private static IllegalArgumentException notListening(ServerSettings settings) {
    String reason = "the web server has not started";
    try (ServerSocket attempt = new ServerSocket()) {
      attempt.bind(new InetSocketAddress(settings.host(), settings.port()));
    } catch (IOException e) {
      reason = e.getMessage();
    }
    return new IllegalArgumentException(
        "cannot listen at %s, port %d: %s".formatted(settings.host(), settings.port(), reason));
  }

  private static RuntimeException explained(Throwable e, ServerSettings settings) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException || cause instanceof java.net.UnknownHostException) {
        return new IllegalArgumentException(
            "cannot listen at %s, port %d: %s"
                .formatted(settings.host(), settings.port(), cause.getMessage()),
            e);
      }
    }
    if (e instanceof Error error) {
      throw error;
    }
    return (RuntimeException) e;
  }

  private static Tls read(ServerSettings.TlsFiles files) {
    try {
      List<X509Certificate> chain = Pem.certificates(files.certificate());
      PrivateKey key = Pem.key(files.key());
      if (!Pem.isPair(chain.getFirst().getPublicKey(), key)) {
        throw new IllegalArgumentException(
            "%s: expected the key of the certificate in %s, found another's"
                .formatted(files.key(), files.certificate()));
      }
      return Tls.builder().privateKeyCertChain(chain).privateKey(key).build();
    } catch (IOException e) {
      throw new IllegalArgumentException("%s: cannot be read".formatted(e.getMessage()), e);
    }
  }

  /** The port it listens at. */
  public int port() {
    return web.port();
  }

  /** Where clients find it, such as {@code http://127.0.0.1:8080}. */
  public String address() {
    String name = host.contains(":") ? "[" + host + "]" : host;
    return "%s://%s:%d".formatted(isSecure ? "https" : "http", name, port());
  }

  /** What computes. */
  public Engine engine() {
    return engine;
  }

  /** Ends all answers and stops listening. */
  @Override
  public void close() {
    try {
      engine.close();
    } finally {
      web.stop();
    }
  }
}
