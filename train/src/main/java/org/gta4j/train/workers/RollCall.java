package org.gta4j.train.workers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Who is there: before they begin all workers introduce themselves, and when something went wrong
 * those that are left say so. Whoever says nothing is lost.
 */
final class RollCall {
  private static final String HERE = "here/";
  private static final String LEFT = "left/";
  private static final String BYE = "bye/";

  /** Said by one that stops because another did. */
  private static final String ANOTHER = "-";

  /** A worker that noticed a loss has said so by then. */
  private static final Duration GRACE = Duration.ofSeconds(5);

  /** Whoever can be reached has answered all that is asked about those who are missing. */
  private static final Duration ANSWERED = GRACE.multipliedBy(4);

  private static final Duration PAUSE = Duration.ofMillis(20);

  private final Board board;
  private final Seat seat;
  private final IntFunction<Optional<String>> ended;
  private volatile boolean left;

  /**
   * A roll call.
   *
   * @param ended what is known about a worker's process, where it is known to have ended
   */
  RollCall(Board board, Seat seat, IntFunction<Optional<String>> ended) {
    this.board = board;
    this.seat = seat;
    this.ended = ended;
  }

  /**
   * Waits until all are there.
   *
   * @param introduction lines that have to be the same for all
   * @throws WorkerException if somebody does not come, or has other lines
   */
  void meet(String introduction) {
    try {
      board.write(HERE + seat.rank(), introduction);
      long end = System.nanoTime() + seat.timeout().toNanos();
      for (int rank = 0; rank < seat.count(); rank++) {
        while (board.read(HERE + rank).isEmpty()) {
          Optional<String> gone = gone(rank);
          if (gone.isPresent()) {
            throw new WorkerException(gone.get());
          }
          if (System.nanoTime() > end) {
            throw new WorkerException(
                "worker %d did not come to %s within %d s"
                    .formatted(rank, seat.rendezvous(), seat.timeout().toSeconds()));
          }
          pause();
        }
      }
      for (int rank = 1; rank < seat.count(); rank++) {
        requireSame(
            "worker", rank, board.read(HERE + 0).orElse(""), board.read(HERE + rank).orElse(""));
      }
    } catch (WorkerException e) {
      leave(String.valueOf(e.getMessage()));
      throw e;
    } catch (RuntimeException e) {
      throw new WorkerException("worker 0 was lost before all had come", e);
    }
  }

  /**
   * Refuses lines that differ.
   *
   * @param kind what introduces itself
   * @throws WorkerException naming the first of them
   */
  static void requireSame(String kind, int rank, String first, String other) {
    List<String> wanted = first.lines().toList();
    List<String> found = other.lines().toList();
    for (int i = 0; i < Math.max(wanted.size(), found.size()); i++) {
      String a = i < wanted.size() ? setting(wanted.get(i)) : "nothing";
      String b = i < found.size() ? setting(found.get(i)) : "nothing";
      if (!a.equals(b)) {
        throw WorkerException.ofDisagreement(
            "%s %d was started otherwise than %s 0: expected %s, found %s"
                .formatted(kind, rank, kind, a, b));
      }
    }
  }

  /** A line without what only its place among others asks for. */
  private static String setting(String line) {
    String text = line.strip();
    return text.endsWith(",") ? text.substring(0, text.length() - 1) : text;
  }

  /** What is known of a worker that will not come any more. */
  private Optional<String> gone(int rank) {
    Optional<String> said = board.read(LEFT + rank);
    if (said.isPresent() && !said.get().equals(ANOTHER)) {
      return Optional.of("worker %d ended: %s".formatted(rank, said.get()));
    }
    return ended.apply(rank).map(how -> "worker %d was lost: %s".formatted(rank, how));
  }

  /** Tells the others why this one ends; the first reason counts. */
  void leave(String why) {
    if (left) {
      return;
    }
    left = true;
    try {
      board.write(LEFT + seat.rank(), why);
    } catch (RuntimeException e) {
      // Worker 0 is gone, and its board with it: nobody is left to be told.
    }
  }

  /**
   * After something went wrong: who is not there any more, in words.
   *
   * @param cause what went wrong, for the case that all are
   */
  String missing(Throwable cause) {
    try {
      return board.within(ANSWERED, () -> missed(cause));
    } catch (WorkerException e) {
      return "worker 0 was lost";
    }
  }

  private String missed(Throwable cause) {
    leave(ANOTHER);
    List<Integer> others =
        IntStream.range(0, seat.count()).filter(rank -> rank != seat.rank()).boxed().toList();
    await(others, LEFT);
    List<String> lost = new ArrayList<>();
    List<Integer> present = new ArrayList<>();
    for (int rank : others) {
      gone(rank).ifPresent(lost::add);
      if (board.read(LEFT + rank).isPresent()) {
        present.add(rank);
      } else if (ended.apply(rank).isEmpty()) {
        lost.add("worker %d was lost".formatted(rank));
      }
    }
    board.write(BYE + seat.rank(), "");
    if (seat.rank() == 0) {
      await(present, BYE); // they read on its board
    }
    return lost.isEmpty()
        ? "the connection between the workers broke: " + Board.firstLine(cause)
        : String.join(", ", lost);
  }

  /** Until all have written, have ended, or had the time. */
  private void await(List<Integer> ranks, String key) {
    long end = System.nanoTime() + GRACE.toNanos();
    List<Integer> left = new ArrayList<>(ranks);
    while (System.nanoTime() < end) {
      left.removeIf(rank -> ended.apply(rank).isPresent() || board.read(key + rank).isPresent());
      if (left.isEmpty()) {
        return;
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WorkerException("interrupted while waiting for other workers", e);
    }
  }
}
