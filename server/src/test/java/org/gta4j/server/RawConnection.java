package org.gta4j.server;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client that says exactly what a test wants it to say. */
final class RawConnection implements AutoCloseable {
  private final Socket socket;
  private final InputStream in;

  RawConnection(int port) throws IOException {
    this(new Socket(InetAddress.getLoopbackAddress(), port));
  }

  private RawConnection(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(60_000);
    in = new BufferedInputStream(socket.getInputStream());
  }

  /** A client whose machine keeps little of what it does not read. */
  static RawConnection narrow(int port) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(4096); // before it is connected, so that the server is told
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return new RawConnection(socket);
  }

  /** An answer. */
  record Reply(int status, Map<String, String> headers, String text) {
    JsonNode json() {
      return JsonMapper.shared().readTree(text);
    }
  }

  static String request(String path, String body) {
    String json = TestServer.json(body);
    return "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s"
        .formatted(path, json.getBytes(StandardCharsets.UTF_8).length, json);
  }

  RawConnection post(String path, String body) throws IOException {
    return send(request(path, body));
  }

  RawConnection send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.UTF_8));
  }

  RawConnection send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
    return this;
  }

  /** The next line; empty at the end. */
  String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  /** Reads a whole answer. */
  Reply read() throws IOException {
    Reply head = head();
    Map<String, String> headers = head.headers();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    if ("chunked".equals(headers.get("transfer-encoding"))) {
      for (int size = chunk(); size > 0; size = chunk()) {
        body.writeBytes(in.readNBytes(size));
        line();
      }
      line();
    } else {
      body.writeBytes(in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0"))));
    }
    return new Reply(head.status(), headers, body.toString(StandardCharsets.UTF_8));
  }

  /** Reads an answer up to where its body begins, if it has one. */
  Reply head() throws IOException {
    String status = line();
    if (!status.startsWith("HTTP/1.1 ")) {
      throw new IOException("expected an answer, found \"" + status + "\"");
    }
    Map<String, String> headers = new LinkedHashMap<>();
    for (String header = line(); !header.isEmpty(); header = line()) {
      int colon = header.indexOf(':');
      headers.put(
          header.substring(0, colon).toLowerCase(Locale.ROOT), header.substring(colon + 1).strip());
    }
    return new Reply(Integer.parseInt(status.substring(9, 12)), headers, "");
  }

  private int chunk() throws IOException {
    return Integer.parseInt(line().strip(), 16);
  }

  /** Whether the server ends the connection, whatever it says before. */
  boolean ends() {
    try {
      in.readAllBytes();
      return true;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true; // reset
    }
  }

  /** How long is waited for what the server says. */
  RawConnection patience(int millis) throws IOException {
    socket.setSoTimeout(millis);
    return this;
  }

  /** Says that nothing more comes, and goes on listening. */
  RawConnection endOutput() throws IOException {
    socket.shutdownOutput();
    return this;
  }

  /** Leaves without a word: what has not been read is refused. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
