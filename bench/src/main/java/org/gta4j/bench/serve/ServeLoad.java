package org.gta4j.bench.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/**
 * Many clients at once for some minutes, of whom some leave in the middle of an answer: no answer
 * is lost, each is the one that was given when nobody else asked, and memory does not grow.
 *
 * <p>{@code java -cp … org.gta4j.bench.serve.ServeLoad http://127.0.0.1:8080 CLIENTS SECONDS [PID]}
 */
public final class ServeLoad {
  private static final double LEAVING = 0.2;
  private static final int DIFFERENT = 60;

  /** Errors beyond these are counted only. */
  private static final int TOLD = 20;

  private final Completions server;
  private final List<Completions.Prompt> prompts;
  private final List<String> expected = new ArrayList<>();
  private final LongAdder whole = new LongAdder();
  private final LongAdder left = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LongAdder crossed = new LongAdder();
  private final LongAdder lost = new LongAdder();
  private final LongAdder tokens = new LongAdder();
  private final ConcurrentLinkedQueue<String> faults = new ConcurrentLinkedQueue<>();

  /**
   * For a server that nobody else uses.
   *
   * @param mostSentences how long prompts are at most, in sentences of ten tokens
   * @param mostTokens how long answers are at most
   */
  public ServeLoad(String address, int mostSentences, int mostTokens) {
    server = new Completions(address);
    prompts = new Prompts(1).mixed(DIFFERENT, mostSentences, mostTokens);
  }

  /**
   * What came of it.
   *
   * @param whole answers that were read to their end
   * @param left answers that were left in the middle
   * @param refused requests that were refused since the server was busy
   * @param crossed answers that are not those given alone
   * @param lost requests that ended otherwise
   * @param tokens tokens of whole answers
   * @param residentBytes the server's memory after a third of the time and at the end
   * @param faults what the first faults were
   */
  public record Outcome(
      long whole,
      long left,
      long refused,
      long crossed,
      long lost,
      long tokens,
      List<Long> residentBytes,
      List<String> faults) {
    /** Copies the lists. */
    public Outcome {
      residentBytes = List.copyOf(residentBytes);
      faults = List.copyOf(faults);
    }
  }

  /** Asks for every prompt alone. */
  public void prepare() throws IOException, InterruptedException {
    for (Completions.Prompt prompt : prompts) {
      expected.add(server.ask(prompt).text());
    }
  }

  /**
   * Runs the clients.
   *
   * @param process the server's process, whose memory is looked at
   */
  public Outcome run(int clients, int seconds, long process)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      SplittableRandom random = new SplittableRandom(i);
      threads.add(
          Thread.startVirtualThread(() -> {
            while (System.nanoTime() < end && !Thread.currentThread().isInterrupted()) {
              askOnce(random);
            }
          }));
    }
    List<Long> resident = new ArrayList<>();
    Thread.sleep(seconds * 1000L / 3);
    resident.add(residentBytes(process));
    Thread.sleep(Math.max(0, (end - System.nanoTime()) / 1_000_000));
    resident.add(residentBytes(process));
    for (Thread thread : threads) {
      thread.join();
    }
    return new Outcome(
        whole.sum(),
        left.sum(),
        refused.sum(),
        crossed.sum(),
        lost.sum(),
        tokens.sum(),
        resident,
        faults.stream().limit(TOLD).toList());
  }

  private void askOnce(SplittableRandom random) {
    int number = random.nextInt(prompts.size());
    boolean leaves = random.nextDouble() < LEAVING;
    try {
      Completions.Reply reply =
          leaves
              ? server.askAndLeave(prompts.get(number), 1 + random.nextInt(5), random.nextBoolean())
              : server.ask(prompts.get(number));
      if (reply.status() == 429) {
        refused.increment();
        Thread.sleep(random.nextInt(200, 1000));
      } else if (reply.status() != 200) {
        fault(lost, "status " + reply.status());
      } else if (!expected.get(number).startsWith(reply.text())
          || (reply.isWhole() && !expected.get(number).equals(reply.text()))) {
        fault(
            crossed,
            "prompt %d: expected \"%s\", found \"%s\""
                .formatted(number, expected.get(number), reply.text()));
      } else if (reply.isWhole()) {
        whole.increment();
        tokens.add(reply.tokens());
      } else {
        left.increment();
      }
    } catch (IOException e) {
      fault(lost, e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void fault(LongAdder kind, String words) {
    kind.increment();
    if (faults.size() < TOLD) {
      faults.add(words);
    }
  }

  /** Memory of a process that is in the machine now, by Linux. */
  static long residentBytes(long process) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/%d/status".formatted(process)))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
      }
    }
    throw new IOException("the memory of process %d is not told".formatted(process));
  }

  /** Prints the outcome. */
  public static void main(String... args) throws IOException, InterruptedException {
    if (args.length < 3) {
      System.err.println("usage: ServeLoad http://HOST:PORT CLIENTS SECONDS [PID]");
      System.exit(2);
    }
    int clients = Integer.parseInt(args[1]);
    int seconds = Integer.parseInt(args[2]);
    long process = args.length > 3 ? Long.parseLong(args[3]) : ProcessHandle.current().pid();
    ServeLoad load = new ServeLoad(args[0], 60, 120);
    load.prepare();
    System.out.printf("%d answers given alone; %d clients for %d s%n", DIFFERENT, clients, seconds);
    Outcome outcome = load.run(clients, seconds, process);
    System.out.println(outcome);
    if (outcome.lost() + outcome.crossed() > 0) {
      System.exit(1);
    }
  }
}
