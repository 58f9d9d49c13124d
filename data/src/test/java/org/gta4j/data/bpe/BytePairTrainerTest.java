package org.gta4j.data.bpe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.gta4j.tokenizer.ByteLevel;
import org.gta4j.tokenizer.ControlTokens;
import org.gta4j.tokenizer.Tokenizer;
import org.gta4j.tokenizer.Tokenizers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BytePairTrainerTest {
  private static final String END = "<|endoftext|>";

  @TempDir private Path folder;

  private static WordCounts count(String... texts) {
    WordCounts counts = new WordCounts();
    List.of(texts).parallelStream().forEach(counts::add);
    return counts;
  }

  private Tokenizer tokenizer(List<List<String>> merges) throws IOException {
    Path file = folder.resolve("tokenizer.json");
    Files.write(file, ByteLevel.json(List.of(END), merges));
    return Tokenizers.read(file);
  }

  private static int[] encode(Tokenizer tokenizer, String text) {
    return tokenizer.encode(text, Tokenizer.Framing.NONE, ControlTokens.ESCAPED);
  }

  @Test
  void theMostFrequentPairIsMergedFirstAndTiesGoToTheSmallerIds() {
    assertThat(BytePairTrainer.merges(count("abab abab abab cdcd"), 260, size -> {}))
        .startsWith(List.of("a", "b"), List.of("ab", "ab"));
    assertThat(BytePairTrainer.merges(count("xy xy bc bc"), 257, size -> {}))
        .containsExactly(List.of("b", "c"));
    assertThat(BytePairTrainer.merges(count("abcdefg"), 300, size -> {})).isEmpty();
  }

  /** The definition: count all pairs of all words anew for each merge. */
  private static List<List<String>> plainly(String text, int merges) {
    Map<String, Integer> ids = new HashMap<>();
    ByteLevel.letters().forEach(letter -> ids.put(letter, ids.size()));
    List<List<String>> words = new ArrayList<>();
    ByteLevel.words(
        text,
        word -> {
          List<String> tokens = new ArrayList<>();
          for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
            tokens.add(ByteLevel.letter(Byte.toUnsignedInt(b)));
          }
          words.add(tokens);
        });
    List<List<String>> learned = new ArrayList<>();
    while (ids.size() < 256 + merges) {
      Map<List<String>, Integer> counts = new HashMap<>();
      for (List<String> word : words) {
        for (int i = 0; i + 1 < word.size(); i++) {
          counts.merge(List.copyOf(word.subList(i, i + 2)), 1, Integer::sum);
        }
      }
      List<String> best = List.of();
      for (List<String> pair : counts.keySet()) {
        if (best.isEmpty() || order(pair, counts, ids) > order(best, counts, ids)) {
          best = pair;
        }
      }
      if (best.isEmpty() || counts.getOrDefault(best, 0) < 2) {
        return learned;
      }
      learned.add(best);
      ids.putIfAbsent(String.join("", best), ids.size());
      for (List<String> word : words) {
        for (int i = 0; i + 1 < word.size(); i++) {
          if (word.subList(i, i + 2).equals(best)) {
            word.set(i, String.join("", best));
            word.remove(i + 1);
          }
        }
      }
    }
    return learned;
  }

  private static double order(
      List<String> pair, Map<List<String>, Integer> counts, Map<String, Integer> ids) {
    return counts.getOrDefault(pair, 0) * 1e9
        - ids.getOrDefault(pair.getFirst(), 0) * 1e4
        - ids.getOrDefault(pair.getLast(), 0);
  }

  @Test
  void mergesAreThoseOfTheDefinition() {
    Random random = new Random(7);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 3000; i++) {
      text.append("aabbbcd e".charAt(random.nextInt(9)));
    }
    assertThat(BytePairTrainer.merges(count(text.toString()), 256 + 60, size -> {}))
        .isEqualTo(plainly(text.toString(), 60));
  }

  @Test
  void textsOfAnyBytesComeBackExactly() throws IOException {
    Tokenizer tokenizer =
        tokenizer(BytePairTrainer.merges(count("the cat sat on the mat, the cat"), 270, s -> {}));
    assertThat(tokenizer.size()).isBetween(258, 271);
    assertThat(encode(tokenizer, " the")).hasSize(1);
    Random random = new Random(3);
    for (int round = 0; round < 200; round++) {
      byte[] bytes = new byte[random.nextInt(60)];
      random.nextBytes(bytes);
      String text = new String(bytes, StandardCharsets.UTF_8) + "<|endoftext|> 12\t 🙂\r\n";
      assertThat(tokenizer.decode(encode(tokenizer, text))).isEqualTo(text);
    }
    // Every byte has a token, also those that no character begins with.
    assertThat(
            IntStream.range(0, tokenizer.size())
                .filter(id -> tokenizer.bytes(id).length == 1)
                .map(id -> Byte.toUnsignedInt(tokenizer.bytes(id)[0]))
                .distinct()
                .count())
        .isEqualTo(256);
  }
}
