package org.gta4j.generate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.gta4j.cache.CacheLayout;

/**
 * Texts that wait, and which of them may begin: whoever has fewest texts running comes first, of
 * equal ones who came first. What was given up midway comes before all others.
 */
final class Admission {
  private final CacheRoom room;
  private final TextLimits limits;
  private final int mostRunning;
  private final List<Generation> waiting = new ArrayList<>();
  private long preemptions;

  Admission(CacheRoom room, TextLimits limits, int mostRunning) {
    this.room = room;
    this.limits = limits;
    this.mostRunning = mostRunning;
  }

  /** Texts that have not begun, or were given up. */
  List<Generation> waiting() {
    return waiting;
  }

  /** A new text. */
  void add(Generation text) {
    waiting.add(text);
  }

  private void addAgain(Generation text) {
    int at = 0;
    while (at < waiting.size() && waiting.get(at).wasPreempted()) {
      at++;
    }
    waiting.add(at, text);
  }

  /**
   * Gives up the cache of the text that began last.
   *
   * @return whether there is one that can be given up
   */
  boolean preemptNewest(List<Generation> running) {
    for (int i = running.size() - 1; i >= 0; i--) {
      Generation generation = running.get(i);
      if (generation.ownsCache() && limits.isTurnedAlike()) {
        room.remember(generation);
        running.remove(i);
        generation.preempt();
        addAgain(generation);
        preemptions++;
        return true;
      }
    }
    return false;
  }

  /** How often a text was given up. */
  long preemptions() {
    return preemptions;
  }

  /**
   * Lets texts begin while the cache has room: for their prompts and a block for each answer where
   * they can be given up again, for the most they may need where not.
   */
  void admit(List<Generation> running) {
    room.settle();
    while (!waiting.isEmpty() && running.size() < mostRunning) {
      Optional<Generation> next = next(running);
      if (next.isEmpty() || !fits(next.get(), running)) {
        return;
      }
      Generation text = next.get();
      if (text.ownsCache()) {
        try {
          if (!room.fetch(text)) {
            return; // Those that run go on while it comes from the disk.
          }
          text.begin(room.begin(text));
        } catch (RuntimeException | Error e) {
          text.abandon(e); // Where there is no memory for what a disk has of it, say.
          return;
        }
      }
      waiting.remove(text);
      running.add(text);
    }
  }

  private boolean fits(Generation text, List<Generation> running) {
    long needed = (long) blocks(text) - room.shared(text);
    for (Generation other : running) {
      needed += Math.max(0, blocks(other) - other.cache().blockCount()) + 1;
    }
    if (limits.isTurnedAlike() && text.ownsCache()) {
      return running.isEmpty() || needed <= room.available();
    }
    // Nothing can be given up here, so the sum of all that was promised is what counts.
    long promised = limits.greatestBlocks(text.request());
    for (Generation other : running) {
      promised += limits.greatestBlocks(other.request());
    }
    return promised <= room.most();
  }

  /** Blocks of what is known of a text, and of the next token. */
  private static int blocks(Generation text) {
    return CacheLayout.blocksFor(text.length() + 1L);
  }

  /** Whose turn it is; empty where all wait for beginnings that are being computed. */
  private Optional<Generation> next(List<Generation> running) {
    Optional<Generation> best = Optional.empty();
    int fewest = Integer.MAX_VALUE;
    for (Generation text : waiting) {
      if (text.wasPreempted()) {
        return Optional.of(text);
      }
      int own = 0;
      for (Generation other : running) {
        own += other.client().equals(text.client()) ? 1 : 0;
      }
      if (own < fewest && !beginsLikeOneThatIsRead(text, running)) {
        fewest = own;
        best = Optional.of(text);
      }
    }
    return best;
  }

  /**
   * Whether a text that is being read now begins like this one for longer than what is cached: once
   * it is read, that need not be computed again.
   */
  private boolean beginsLikeOneThatIsRead(Generation text, List<Generation> running) {
    if (!room.looksUp(text)) {
      return false;
    }
    int known = -1;
    for (Generation other : running) {
      if (other.isReadingPrompt()) {
        int most = Math.min(text.length() - 1, other.length());
        int common = Arrays.mismatch(text.sequence(), 0, most, other.sequence(), 0, most);
        int alike = common < 0 ? most : common;
        known = known < 0 ? room.known(text) : known;
        if (alike / CacheLayout.BLOCK_TOKENS > known / CacheLayout.BLOCK_TOKENS) {
          return true;
        }
      }
    }
    return false;
  }
}
