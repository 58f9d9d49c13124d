package org.gta4j.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.gta4j.generate.LanguageModel;
import org.gta4j.server.settings.ServerSettings;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may use a server. */
@Timeout(300)
class AccessTest {
  private static final String TEXT = "/v1/completions";
  private static final String BODY = "{'prompt': 'a', 'max_tokens': 1}";

  @TempDir static Path folder;
  private static LanguageModel model;

  @BeforeAll
  static void load() {
    model = TestModels.chat(folder.resolve("model"), 16_000);
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static TestServer start(
      List<String> keys, List<String> origins, Optional<ServerSettings.TlsFiles> tls) {
    return TestServer.start(
        model, TestServer.engine(model, 4096, 4, 8), TestServer.settings(keys, origins, tls));
  }

  @Test
  void keys() throws Exception {
    try (TestServer server = start(List.of("first", "second"), List.of(), Optional.empty())) {
      for (String path : List.of(TEXT, "/v1/chat/completions", "/tokenize", "/detokenize")) {
        TestServer.Reply reply = server.post(path, BODY);
        assertThat(reply.error(401).path("code").stringValue()).isEqualTo("invalid_api_key");
        assertThat(reply.header("www-authenticate")).isEqualTo("Bearer");
      }
      for (String path : List.of("/v1/models", "/metrics", "/v1/models/m", "/nothing")) {
        server.get(path).error(401);
      }
      for (String open : List.of("/health", "/openapi.json")) {
        server.get(open).ok();
      }
      for (String wrong :
          List.of(
              "Bearer third",
              "Bearer ",
              "Bearer first second",
              "first",
              "Basic first",
              "Bearer firs",
              "Bearer FIRST")) {
        server.post(TEXT, BODY, "Authorization", wrong).error(401);
      }
      server.post(TEXT, BODY, "Authorization", "Bearer first").ok();
      server.post(TEXT, BODY, "Authorization", "bearer second").ok();
      // What is open is no way to what is not.
      for (String path :
          List.of(
              "/page/../v1/models",
              "/page/%2e%2e/v1/models",
              "/page/x/../../v1/models",
              "//v1/models",
              "/v1;x=/models",
              "/health/../v1/models",
              "/./v1/models",
              "/page/..%2fv1/models",
              "/health;/../metrics",
              "/page/;/../metrics",
              "/page//../../metrics")) {
        try (RawConnection connection = new RawConnection(server.port())) {
          connection.send("GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(path));
          RawConnection.Reply reply = connection.read();
          assertThat(reply.status()).as(path).isIn(400, 401, 404);
          assertThat(reply.text()).doesNotContain("gta_cache").doesNotContain("owned_by");
        }
      }
    }
  }

  @Test
  void pagesOfOtherOriginsMayNothing() throws Exception {
    try (TestServer server = start(List.of(), List.of(), Optional.empty())) {
      for (String origin :
          List.of("https://example.org", "http://localhost:1", "null", "x", "http://127.0.0.1")) {
        TestServer.Reply reply = server.post(TEXT, BODY, "Origin", origin);
        assertThat(reply.error(403).path("code").stringValue()).isEqualTo("origin_not_allowed");
        assertThat(reply.header("access-control-allow-origin")).isEmpty();
        server.get("/v1/models", "Origin", origin).error(403);
      }
      assertThat(
              server
                  .post(TEXT, BODY, "Origin", server.address())
                  .ok()
                  .header("access-control-allow-origin"))
          .isEmpty();
      try (RawConnection connection = new RawConnection(server.port())) {
        connection.send(
            "OPTIONS %s HTTP/1.1\r\nHost: localhost\r\nOrigin: https://example.org\r\nAccess-Control-Request-Method: POST\r\n\r\n"
                .formatted(TEXT));
        RawConnection.Reply reply = connection.read();
        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.headers()).doesNotContainKey("access-control-allow-origin");
      }
    }
  }

  @Test
  void aNameThatIsSomebodyElsesLeadsNowhere() throws Exception {
    String request = "GET /v1/models HTTP/1.1\r\nHost: %s\r\n\r\n";
    try (TestServer server = start(List.of(), List.of(), Optional.empty())) {
      for (String host :
          List.of("localhost", "LocalHost:1", "127.0.0.1:8080", "[::1]:80", "a.localhost")) {
        try (RawConnection connection = new RawConnection(server.port())) {
          assertThat(connection.send(request.formatted(host)).read().status()).isEqualTo(200);
        }
      }
      for (String host :
          List.of(
              "example.org",
              "example.org:8080",
              "127.0.0.1.example.org",
              "localhost.example.org")) {
        try (RawConnection connection = new RawConnection(server.port())) {
          RawConnection.Reply reply = connection.send(request.formatted(host)).read();
          assertThat(reply.status()).as(host).isEqualTo(403);
          assertThat(reply.json().at("/error/code").stringValue()).isEqualTo("host_not_allowed");
        }
      }
    }
    try (TestServer server = start(List.of("k"), List.of(), Optional.empty());
        RawConnection connection = new RawConnection(server.port())) {
      connection.send(
          "GET /v1/models HTTP/1.1\r\nHost: example.org\r\nAuthorization: Bearer k\r\n\r\n");
      assertThat(connection.read().status())
          .as("who has a key may call it what he likes")
          .isEqualTo(200);
    }
  }

  @Test
  void originsThatAreAllowed() throws Exception {
    String origin = "https://example.org";
    try (TestServer server = start(List.of("k"), List.of(origin), Optional.empty())) {
      try (RawConnection connection = new RawConnection(server.port())) {
        connection.send(
            "OPTIONS %s HTTP/1.1\r\nHost: localhost\r\nOrigin: %s\r\nAccess-Control-Request-Method: POST\r\n\r\n"
                .formatted(TEXT, origin));
        RawConnection.Reply reply = connection.read();
        assertThat(reply.status()).isEqualTo(204);
        assertThat(reply.headers().get("access-control-allow-origin")).isEqualTo(origin);
        assertThat(reply.headers().get("access-control-allow-methods")).contains("POST");
        assertThat(reply.headers().get("access-control-allow-headers"))
            .contains("Authorization")
            .contains("Content-Type");
        connection.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(connection.read().status()).as("the connection stays").isEqualTo(200);
      }
      TestServer.Reply reply =
          server.post(TEXT, BODY, "Origin", origin, "Authorization", "Bearer k").ok();
      assertThat(reply.header("access-control-allow-origin")).isEqualTo(origin);
      assertThat(reply.header("vary")).isEqualTo("Origin");
      TestServer.Reply refused = server.post(TEXT, BODY, "Origin", origin);
      refused.error(401);
      assertThat(refused.header("access-control-allow-origin"))
          .as("so that the page can read why")
          .isEqualTo(origin);
      server
          .post(TEXT, BODY, "Origin", "https://example.com", "Authorization", "Bearer k")
          .error(403);
    }
    try (TestServer server = start(List.of(), List.of("*"), Optional.empty())) {
      server.post(TEXT, BODY, "Origin", "https://example.com").ok();
    }
  }

  @Test
  void nobodyElseSeesALocalServer() throws Exception {
    try (TestServer server = start(List.of(), List.of(), Optional.empty())) {
      assertThat(server.address()).startsWith("http://127.0.0.1:");
      InetAddress own = InetAddress.getLocalHost();
      if (!own.isLoopbackAddress()) {
        assertThatThrownBy(
                () -> {
                  try (Socket socket = new Socket()) {
                    socket.connect(new InetSocketAddress(own, server.port()), 2000);
                  }
                })
            .isInstanceOf(java.io.IOException.class);
      }
    }
  }

  private static KeyStore certificate(Path store) throws Exception {
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "a",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "SAN=ip:127.0.0.1,dns:localhost",
                "-storetype",
                "PKCS12",
                "-storepass",
                "changeit",
                "-keystore",
                store.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(keytool.waitFor()).as(said).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, "changeit".toCharArray());
    }
    return keys;
  }

  private static Path pem(Path file, String kind, byte[] bytes) throws Exception {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return Files.writeString(
        file, "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, text, kind));
  }

  @Test
  void tls() throws Exception {
    KeyStore keys = certificate(folder.resolve("keys.p12"));
    Key key = keys.getKey("a", "changeit".toCharArray());
    ServerSettings.TlsFiles files =
        new ServerSettings.TlsFiles(
            pem(folder.resolve("c.pem"), "CERTIFICATE", keys.getCertificate("a").getEncoded()),
            pem(folder.resolve("k.pem"), "PRIVATE KEY", key.getEncoded()));
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("a", keys.getCertificate("a"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    try (TestServer server = start(List.of(), List.of(), Optional.of(files));
        HttpClient client = HttpClient.newBuilder().sslContext(context).build()) {
      assertThat(server.address()).startsWith("https://");
      String body = "{\"prompt\": \"a\", \"temperature\": 0, \"max_tokens\": 40, \"stream\": %s}";
      TestServer.Reply whole = TestServer.send(client, request(server, body.formatted(false))).ok();
      StringBuilder joined = new StringBuilder();
      TestServer.Reply streamed =
          TestServer.send(client, request(server, body.formatted(true))).ok();
      TestServer.events(streamed.text())
          .forEach(event -> joined.append(event.at("/choices/0/text").stringValue()));
      assertThat(joined.toString()).isEqualTo(whole.at("/choices/0/text").stringValue());
      TestServer.send(client, request(server, "{")).error(400);
      try (RawConnection connection = new RawConnection(server.port())) {
        connection.post(TEXT, BODY);
        assertThat(connection.ends()).as("without TLS").isTrue();
      }
      TestServer.send(client, request(server, body.formatted(false))).ok();
      try (Socket socket =
          context
              .getSocketFactory()
              .createSocket(InetAddress.getLoopbackAddress(), server.port())) {
        String request =
            RawConnection.request(
                TEXT, "{'prompt': 'a', 'max_tokens': -1, 'ignore_eos': true, 'n': 4}");
        socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
        TestServer.await(() -> server.server().engine().stats().running() == 4);
      }
      // It would have taken minutes.
      TestServer.await(() -> server.server().engine().stats().running() == 0);
    }
  }

  private static HttpRequest request(TestServer server, String body) {
    return HttpRequest.newBuilder(URI.create(server.address() + TEXT))
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  @Test
  void filesThatAreNoCertificateOrKey() throws Exception {
    Path nothing = Files.writeString(folder.resolve("nothing.pem"), "nothing");
    Path broken = pem(folder.resolve("broken.pem"), "PRIVATE KEY", new byte[] {1, 2, 3});
    for (ServerSettings.TlsFiles files :
        List.of(
            new ServerSettings.TlsFiles(nothing, broken),
            new ServerSettings.TlsFiles(folder.resolve("missing.pem"), broken))) {
      assertThatThrownBy(() -> start(List.of(), List.of(), Optional.of(files)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(files.certificate().toString());
    }
    assertThatThrownBy(() -> Pem.key(broken)).hasMessageContaining("RSA, EC or EdDSA");
    assertThatThrownBy(() -> Pem.key(nothing)).hasMessageContaining("BEGIN PRIVATE KEY");
  }

  @Test
  void aPortThatIsTaken() {
    try (TestServer server = start(List.of(), List.of(), Optional.empty())) {
      assertThatThrownBy(() ->
              GtaServer.start(
                  model,
                  TestServer.engine(model, 8, 1, 1),
                  ServerSettings.local(server.port(), "m")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("cannot listen at 127.0.0.1, port " + server.port());
    }
  }
}
