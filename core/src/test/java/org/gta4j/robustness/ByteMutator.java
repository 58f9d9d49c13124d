package org.gta4j.robustness;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Damages a file as disks, downloads and people do, whatever it means. */
final class ByteMutator {
  private ByteMutator() {}

  static byte[] mutate(byte[] file, Chance chance) {
    int at = chance.below(file.length);
    int count = chance.below(Math.min(file.length - at, 64)) + 1;
    return switch (chance.below(9)) {
      case 0 -> Arrays.copyOf(file, at);
      case 1 -> Arrays.copyOf(file, file.length + chance.oneOf(1, 3, 4, 8, 4096));
      case 2 -> join(file, Arrays.copyOf(file, at));
      case 3 -> flip(file, at);
      case 4 -> random(file, at, count, chance);
      case 5 ->
          join(
              Arrays.copyOf(file, at),
              Arrays.copyOfRange(file, Math.min(file.length, at + count), file.length));
      case 6 ->
          join(
              join(Arrays.copyOf(file, at), random(new byte[count], 0, count, chance)),
              Arrays.copyOfRange(file, at, file.length));
      case 7 -> new byte[chance.oneOf(0, 1, 2, 7, 8, 9, 27, 28, 29, 1000)];
      default ->
          chance
              .oneOf("", " ", "\n", "null", "[]", "{}", "42", "\"x\"", "<html>", "version https://")
              .getBytes(StandardCharsets.UTF_8);
    };
  }

  /** A copy with one bit turned. */
  static byte[] flip(byte[] file, int at) {
    byte[] copy = file.clone();
    if (at < copy.length) {
      copy[at] ^= (byte) (1 << (at * 31 % 8 & 7));
    }
    return copy;
  }

  /** A copy with random bytes in a range. */
  static byte[] random(byte[] file, int at, int count, Chance chance) {
    byte[] copy = file.clone();
    for (int i = at; i < Math.min(copy.length, at + count); i++) {
      copy[i] = (byte) chance.below(256);
    }
    return copy;
  }

  static byte[] join(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
