package org.gta4j.data.bpe;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.gta4j.tokenizer.ByteLevel;

/** How often each word occurs. Safe for use by several threads; the result is the same from any. */
public final class WordCounts {
  private final ConcurrentHashMap<String, LongAdder> counts = new ConcurrentHashMap<>();

  /** Of no document yet. */
  public WordCounts() {}

  /** Counts a document's words. */
  public void add(String document) {
    ByteLevel.words(
        document, word -> counts.computeIfAbsent(word, w -> new LongAdder()).increment());
  }

  /** All words with their counts, in an order that no thread decides. */
  SequencedMap<String, Long> sorted() {
    TreeMap<String, Long> sorted = new TreeMap<>();
    for (Map.Entry<String, LongAdder> entry : counts.entrySet()) {
      sorted.put(entry.getKey(), entry.getValue().sum());
    }
    return sorted;
  }

  /** A word's UTF-8 bytes; what is no character, such as half a surrogate pair, becomes '?'. */
  static byte[] bytes(String word) {
    return word.getBytes(StandardCharsets.UTF_8);
  }
}
