package org.gta4j.grammar;

import java.util.ArrayList;
import java.util.List;

/** Characters as the bytes that UTF-8 writes for them. */
final class Utf8 {
  private static final int[] LAST_OF_LENGTH = {0x7F, 0x7FF, 0xFFFF, Character.MAX_CODE_POINT};

  private Utf8() {}

  /**
   * Sequences of byte ranges that together stand for exactly a set's characters.
   *
   * @return of each sequence, the first and the last value of each byte: {@code [first, last] ·
   *     bytes}
   */
  static List<int[]> sequences(CodePoints set) {
    List<int[]> sequences = new ArrayList<>();
    for (CodePoints.Range range : set.ranges()) {
      split(range.first(), range.last(), sequences);
    }
    return sequences;
  }

  private static int length(int codePoint) {
    int length = 1;
    while (codePoint > LAST_OF_LENGTH[length - 1]) {
      length++;
    }
    return length;
  }

  /** Cuts a range until its characters differ in whole ranges of bytes. */
  private static void split(int first, int last, List<int[]> into) {
    int length = length(first);
    int border = LAST_OF_LENGTH[length - 1];
    if (last > border) {
      split(first, border, into);
      split(border + 1, last, into);
      return;
    }
    for (int tail = 1; tail < length; tail++) {
      int mask = (1 << (6 * tail)) - 1;
      if ((first & ~mask) == (last & ~mask)) {
        continue;
      }
      if ((first & mask) != 0) {
        split(first, first | mask, into);
        split((first | mask) + 1, last, into);
        return;
      }
      if ((last & mask) != mask) {
        split(first, (last & ~mask) - 1, into);
        split(last & ~mask, last, into);
        return;
      }
    }
    int[] sequence = new int[2 * length];
    for (int i = 0; i < length; i++) {
      sequence[2 * i] = byteAt(first, i, length);
      sequence[2 * i + 1] = byteAt(last, i, length);
    }
    into.add(sequence);
  }

  private static int byteAt(int codePoint, int index, int length) {
    int bits = codePoint >>> (6 * (length - 1 - index));
    if (index > 0) {
      return 0x80 | (bits & 0x3F);
    }
    return switch (length) {
      case 1 -> bits;
      case 2 -> 0xC0 | bits;
      case 3 -> 0xE0 | bits;
      default -> 0xF0 | bits;
    };
  }
}
