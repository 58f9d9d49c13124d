package org.gta4j.data.bpe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.IntConsumer;
import org.gta4j.tokenizer.ByteLevel;

/**
 * Learns merges: again and again the pair of neighbours that occurs most often becomes one token.
 * Of pairs that are equally frequent the one of the smaller ids comes first, so the same texts give
 * the same vocabulary. After a merge only the words that had the pair are counted again.
 *
 * @see <a href="https://arxiv.org/abs/1508.07909">Sennrich, Haddow, Birch: Neural Machine
 *     Translation of Rare Words with Subword Units</a>
 */
public final class BytePairTrainer {
  private final List<String> names = new ArrayList<>();
  private final Map<String, Integer> ids = new HashMap<>();
  private final List<List<String>> merges = new ArrayList<>();
  private final List<int[]> words = new ArrayList<>();
  private final List<Long> uses = new ArrayList<>();

  /** How often each pair occurs, and in which words it may. */
  private final Map<Long, Occurrences> pairs = new HashMap<>();

  private final PriorityQueue<Candidate> queue = new PriorityQueue<>();

  private static final class Occurrences {
    private long count;
    private final List<Integer> words = new ArrayList<>();
  }

  /** A pair with the count that it had when it was queued. */
  private record Candidate(long count, int left, int right) implements Comparable<Candidate> {
    @Override
    public int compareTo(Candidate other) {
      int order = Long.compare(other.count, count);
      if (order == 0) {
        order = Integer.compare(left, other.left);
      }
      return order == 0 ? Integer.compare(right, other.right) : order;
    }
  }

  private BytePairTrainer(WordCounts counts) {
    ByteLevel.letters().forEach(this::id);
    int[] idOfByte = new int[256];
    for (int value = 0; value < idOfByte.length; value++) {
      idOfByte[value] = id(ByteLevel.letter(value));
    }
    counts
        .sorted()
        .forEach((word, count) -> {
          byte[] bytes = WordCounts.bytes(word);
          int[] tokens = new int[bytes.length];
          for (int i = 0; i < bytes.length; i++) {
            tokens[i] = idOfByte[Byte.toUnsignedInt(bytes[i])];
          }
          words.add(tokens);
          uses.add(count);
        });
    for (int word = 0; word < words.size(); word++) {
      count(word, 1);
    }
    pairs.forEach((pair, found) -> offer(pair, found.count));
  }

  /**
   * The merges that make a vocabulary of so many tokens, bytes included; fewer where no pair occurs
   * twice any more.
   *
   * @param progress is told how many there are so far
   */
  public static List<List<String>> merges(WordCounts counts, int size, IntConsumer progress) {
    BytePairTrainer trainer = new BytePairTrainer(counts);
    while (trainer.names.size() < size && trainer.merge()) {
      progress.accept(trainer.names.size());
    }
    return List.copyOf(trainer.merges);
  }

  /** Makes the most frequent pair a token; false where none occurs twice. */
  private boolean merge() {
    while (true) {
      Candidate best = queue.poll();
      if (best == null) {
        return false;
      }
      long key = key(best.left, best.right);
      Occurrences found = pairs.get(key);
      if (found == null || found.count != best.count) {
        continue; // counted again since, and queued again
      }
      if (best.count < 2) {
        return false;
      }
      merges.add(List.of(names.get(best.left), names.get(best.right)));
      int merged = id(names.get(best.left) + names.get(best.right));
      Set<Long> changed = new HashSet<>();
      int last = -1;
      for (int word : found.words) {
        if (word != last) {
          replace(word, best, merged, changed);
        }
        last = word;
      }
      changed.remove(key);
      pairs.remove(key);
      for (long pair : changed) {
        Occurrences now = pairs.get(pair);
        if (now != null) {
          offer(pair, now.count);
        }
      }
      return true;
    }
  }

  /** The id of a name: two pairs may give one. */
  private int id(String name) {
    return ids.computeIfAbsent(
        name,
        n -> {
          names.add(n);
          return names.size() - 1;
        });
  }

  private void replace(int word, Candidate pair, int merged, Set<Long> changed) {
    int[] tokens = words.get(word);
    int[] shorter = new int[tokens.length];
    int count = 0;
    for (int i = 0; i < tokens.length; i++) {
      boolean here = tokens[i] == pair.left && i + 1 < tokens.length && tokens[i + 1] == pair.right;
      shorter[count++] = here ? merged : tokens[i];
      i += here ? 1 : 0;
    }
    if (count == tokens.length) {
      return; // an earlier merge took the pair
    }
    count(word, -1);
    note(tokens, changed);
    words.set(word, Arrays.copyOf(shorter, count));
    count(word, 1);
    note(words.get(word), changed);
  }

  private static void note(int[] tokens, Set<Long> changed) {
    for (int i = 0; i + 1 < tokens.length; i++) {
      changed.add(key(tokens[i], tokens[i + 1]));
    }
  }

  /** Adds a word's pairs to all, or takes them away. */
  private void count(int word, int sign) {
    int[] tokens = words.get(word);
    for (int i = 0; i + 1 < tokens.length; i++) {
      long key = key(tokens[i], tokens[i + 1]);
      Occurrences found = pairs.computeIfAbsent(key, k -> new Occurrences());
      found.count += sign * uses.get(word);
      if (sign > 0 && (found.words.isEmpty() || found.words.getLast() != word)) {
        found.words.add(word);
      }
    }
  }

  private void offer(long pair, long count) {
    if (count > 0) {
      queue.add(new Candidate(count, (int) (pair >>> 32), (int) pair));
    }
  }

  private static long key(int left, int right) {
    return (long) left << 32 | right;
  }
}
