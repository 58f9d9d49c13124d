package org.gta4j.tokenizer;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.gta4j.checkpoint.Json;

/**
 * Byte-pair encoding over bytes as SmolLM has it: what its words and letters are, for making a
 * vocabulary, and the file of one. Every digit is a word.
 */
public final class ByteLevel {
  private static final String KIND = "smollm";

  private ByteLevel() {}

  /** Tells each word of a text, which merges do not reach beyond. */
  public static void words(String text, Consumer<String> word) {
    int from = 0;
    for (int cut : PreTokenizer.named(KIND).orElseThrow().cuts(text)) {
      word.accept(text.substring(from, cut));
      from = cut;
    }
  }

  /** What vocabularies call a byte from 0 to 255. */
  public static String letter(int value) {
    return String.valueOf(ByteAlphabet.letter(value));
  }

  /**
   * A {@code tokenizer.json}: control tokens from id 0 on, then all bytes in the order of their
   * letters, then what each merge gives.
   *
   * @param control names of tokens that steer a model
   * @param merges pairs of names, the first to be merged first
   */
  public static byte[] json(List<String> control, List<List<String>> merges) {
    Set<String> distinct = new LinkedHashSet<>(control);
    distinct.addAll(letters());
    merges.forEach(merge -> distinct.add(merge.getFirst() + merge.getLast()));
    List<String> names = List.copyOf(distinct);
    List<Vocabulary.Kind> kinds = new ArrayList<>();
    for (int id = 0; id < names.size(); id++) {
      kinds.add(id < control.size() ? Vocabulary.Kind.CONTROL : Vocabulary.Kind.NORMAL);
    }
    return Json.toBytes(
        HuggingFaceVocabulary.json(
            PublishedWords.named(KIND).orElseThrow(), Vocabulary.of(names, kinds), merges));
  }

  /** The names of all bytes, in the order in which they get their ids. */
  public static List<String> letters() {
    List<String> letters = new ArrayList<>();
    for (int value = 0; value < 256; value++) {
      letters.add(letter(value));
    }
    letters.sort(null);
    return letters;
  }
}
