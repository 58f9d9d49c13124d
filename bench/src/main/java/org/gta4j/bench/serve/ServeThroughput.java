package org.gta4j.bench.serve;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Tokens a second that two servers give to the same clients, in turns.
 *
 * <p>{@code java -cp … org.gta4j.bench.serve.ServeThroughput OURS THEIRS [ROUNDS [CLIENTS,...]]},
 * both such as {@code http://127.0.0.1:8080}
 */
public final class ServeThroughput {
  private static final int TRIES = 5;
  private static final int TOKENS = 64;
  private static final int SENTENCES = 12;

  private ServeThroughput() {}

  /** All prompts by so many clients; tokens of answers a second. */
  private static double run(Completions server, int clients, int requests, long seed)
      throws InterruptedException {
    Prompts prompts = new Prompts(seed);
    List<Completions.Prompt> all = new ArrayList<>();
    for (int i = 0; i < requests; i++) {
      // Each begins differently, so that nobody gains by what was computed before.
      all.add(new Completions.Prompt(seed + " " + i + ". " + prompts.text(SENTENCES), TOKENS));
    }
    AtomicInteger next = new AtomicInteger();
    LongAdder tokens = new LongAdder();
    List<Thread> threads = new ArrayList<>();
    long began = System.nanoTime();
    for (int i = 0; i < clients; i++) {
      threads.add(
          Thread.startVirtualThread(() -> {
            for (int mine = next.getAndIncrement();
                mine < requests;
                mine = next.getAndIncrement()) {
              try {
                tokens.add(ask(server, all.get(mine)).tokens());
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
              }
            }
          }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return tokens.sum() * 1e9 / (System.nanoTime() - began);
  }

  private static double median(List<Double> numbers) {
    List<Double> sorted = new ArrayList<>(numbers);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }

  /** Asks again where a server has closed a connection that was to be used again. */
  private static Completions.Reply ask(Completions server, Completions.Prompt prompt)
      throws InterruptedException {
    for (int tries = 1; ; tries++) {
      try {
        return server.ask(prompt);
      } catch (IOException e) {
        if (tries == TRIES) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  /** Prints both, their ratio, and the time to the first token with a shared beginning. */
  public static void main(String... args) throws IOException, InterruptedException {
    if (args.length < 2) {
      System.err.println("usage: ServeThroughput OURS THEIRS [ROUNDS [CLIENTS,...]]");
      System.exit(2);
    }
    Completions ours = new Completions(args[0]);
    Completions theirs = new Completions(args[1]);
    int rounds = args.length > 2 ? Integer.parseInt(args[2]) : 3;
    int[] numbers =
        args.length > 3
            ? Arrays.stream(args[3].split(",", -1)).mapToInt(Integer::parseInt).toArray()
            : new int[] {1, 8, 32};
    for (int clients : numbers) {
      int requests = Math.max(4, clients);
      List<Double> a = new ArrayList<>();
      List<Double> b = new ArrayList<>();
      for (int round = -1; round < rounds; round++) { // the first one warms up
        double first = run(ours, clients, requests, 100L * clients + round);
        double second = run(theirs, clients, requests, 100L * clients + round);
        if (round >= 0) {
          a.add(first);
          b.add(second);
        }
      }
      System.out.printf(
          "%d clients: %.1f and %.1f tokens/s, %.2f times (%s; %s)%n",
          clients, median(a), median(b), median(a) / median(b), a, b);
    }
    firstToken("ours", ours);
    firstToken("theirs", theirs);
  }

  private static void firstToken(String name, Completions server)
      throws IOException, InterruptedException {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      String shared = new Prompts(9000 + i).text(200);
      Completions.Reply first = server.ask(new Completions.Prompt(shared + "Then", 4));
      Completions.Reply second = server.ask(new Completions.Prompt(shared + "But one day", 4));
      ratios.add((double) second.firstNanos() / first.firstNanos());
      System.out.printf(
          "%s: first token after %.0f ms, with the same beginning after %.0f ms (%d tokens cached)%n",
          name, first.firstNanos() / 1e6, second.firstNanos() / 1e6, second.cachedTokens());
    }
    System.out.printf("%s: %.3f of the time%n", name, median(ratios));
  }
}
