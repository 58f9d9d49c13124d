package org.gta4j.tokenizer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/**
 * The tokens of a model: what each is called and what kind it is.
 *
 * @param names what each id is called
 * @param kinds each id's kind
 * @param ids the id of each name; of equal names the first
 */
record Vocabulary(List<String> names, List<Kind> kinds, Map<String, Integer> ids) {
  /** Kinds of tokens, in the order in which SentencePiece and GGUF number them from 1. */
  enum Kind {
    NORMAL,
    UNKNOWN,
    CONTROL,
    USER_DEFINED,
    UNUSED,
    BYTE;

    /** The number that SentencePiece and GGUF have for it. */
    int number() {
      return List.of(values()).indexOf(this) + 1;
    }

    /** Whether it steers the model and stands for no text. */
    boolean isControl() {
      return this == CONTROL || this == UNKNOWN;
    }

    /** Whether its name is looked for in a text before anything else. */
    boolean isSought() {
      return isControl() || this == USER_DEFINED;
    }

    /** Whether pieces of text may become it. */
    boolean isText() {
      return this == NORMAL || this == USER_DEFINED;
    }
  }

  static Vocabulary of(List<String> names, List<Kind> kinds) {
    Map<String, Integer> ids = HashMap.newHashMap(names.size());
    for (int id = 0; id < names.size(); id++) {
      ids.putIfAbsent(names.get(id), id);
    }
    return new Vocabulary(names, kinds, ids);
  }

  int size() {
    return names.size();
  }

  /** The id of a name, where there is one. */
  OptionalInt id(String name) {
    Integer id = ids.get(name);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** The id of a name that pieces of text may become; −1 where there is none. */
  int textId(String name) {
    Integer id = ids.get(name);
    return id == null || !kinds.get(id).isText() ? -1 : id;
  }

  String name(int id) {
    check(id);
    return names.get(id);
  }

  Kind kind(int id) {
    check(id);
    return kinds.get(id);
  }

  /** The names of all control tokens. */
  List<String> controlTokens() {
    return IntStream.range(0, size())
        .filter(id -> kinds.get(id).isControl())
        .mapToObj(names::get)
        .toList();
  }

  private void check(int id) {
    if (id < 0 || id >= names.size()) {
      throw Tokenizer.outOfRange(id, names.size());
    }
  }

  /** The id of each byte by its token {@code <0x0A>}; −1 where there is none. */
  int[] byteIds() {
    int[] bytes = new int[256];
    for (int i = 0; i < bytes.length; i++) {
      Integer id = ids.get("<0x%02X>".formatted(i));
      bytes[i] = id == null || kinds.get(id) != Kind.BYTE ? -1 : id;
    }
    return bytes;
  }
}
