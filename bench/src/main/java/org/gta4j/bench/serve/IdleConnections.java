package org.gta4j.bench.serve;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Many connections on which nobody says anything: what memory a server takes for them, whether it
 * answers others meanwhile, and what is left when they have gone.
 *
 * <p>{@code java -cp … org.gta4j.bench.serve.IdleConnections http://127.0.0.1:8080 COUNT PID}; both
 * processes need {@code ulimit -n} above the count.
 */
public final class IdleConnections {
  private IdleConnections() {}

  /** Prints the server's memory before, meanwhile and afterwards. */
  public static void main(String... args) throws IOException, InterruptedException {
    if (args.length != 3) {
      System.err.println("usage: IdleConnections http://HOST:PORT COUNT PID");
      System.exit(2);
    }
    URI address = URI.create(args[0]);
    int count = Integer.parseInt(args[1]);
    long process = Long.parseLong(args[2]);
    Completions server = new Completions(args[0]);
    Completions.Prompt prompt = new Prompts(1).mixed(1, 5, 20).getFirst();
    String expected = server.ask(prompt).text();
    System.out.printf(
        "before: %d MB, %s%n", ServeLoad.residentBytes(process) >> 20, ask(server, prompt));
    List<Socket> sockets = new ArrayList<>();
    long begin = System.nanoTime();
    try {
      while (sockets.size() < count) {
        Socket socket = new Socket();
        socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), 10_000);
        sockets.add(socket);
      }
      System.out.printf(
          "%d connections in %d ms: %d MB, %s%n",
          count,
          (System.nanoTime() - begin) / 1_000_000,
          ServeLoad.residentBytes(process) >> 20,
          ask(server, prompt));
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
    Thread.sleep(15_000);
    System.out.printf(
        "afterwards: %d MB, %d files open, %s%n",
        ServeLoad.residentBytes(process) >> 20, openFiles(process), ask(server, prompt));
    if (!server.ask(prompt).text().equals(expected)) {
      System.err.println("the answer has changed");
      System.exit(1);
    }
  }

  private static String ask(Completions server, Completions.Prompt prompt)
      throws IOException, InterruptedException {
    long begin = System.nanoTime();
    int status = server.ask(prompt).status();
    return "an answer (%d) in %d ms".formatted(status, (System.nanoTime() - begin) / 1_000_000);
  }

  private static long openFiles(long process) throws IOException {
    try (var files = Files.list(Path.of("/proc/%d/fd".formatted(process)))) {
      return files.count();
    }
  }
}
