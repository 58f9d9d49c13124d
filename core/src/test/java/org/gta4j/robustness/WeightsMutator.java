package org.gta4j.robustness;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Damages a safetensors file: its header's length, its header, its data. */
final class WeightsMutator {
  private static final List<String> NUMBERS =
      List.of(
          "0",
          "1",
          "2",
          "-1",
          "3",
          "16",
          "1.5",
          "1e3",
          "2147483647",
          "2147483648",
          "4294967296",
          "4611686018427387904",
          "9223372036854775807",
          "9223372036854775808",
          "1e308",
          "NaN",
          "null",
          "\"16\"",
          "[]",
          "true",
          "99999999999999999999999999");

  private static final List<String> TYPES =
      List.of(
          "\"F64\"",
          "\"F32\"",
          "\"F16\"",
          "\"BF16\"",
          "\"I64\"",
          "\"I32\"",
          "\"I8\"",
          "\"U8\"",
          "\"BOOL\"",
          "\"F8_E4M3\"",
          "\"F4\"",
          "\"f32\"",
          "\"FLOAT\"",
          "\"\"",
          "null",
          "32",
          "[]");

  private WeightsMutator() {}

  static Specimen mutate(Specimen specimen, Chance chance) {
    List<String> files = specimen.named(".safetensors");
    if (files.isEmpty()) {
      return specimen;
    }
    String file = chance.of(files);
    byte[] bytes = specimen.bytes(file);
    return specimen.with(file, mutate(bytes, TensorText.parse(bytes), chance));
  }

  private static byte[] mutate(byte[] bytes, TensorText text, Chance chance) {
    byte[] header = text.header().bytes();
    byte[] data = text.data();
    return switch (chance.below(16)) {
      case 0 -> TensorText.file(length(header.length, bytes.length, chance), header, data);
      case 1 -> flipped(header, data, chance);
      case 2, 3, 4, 5, 6, 7 -> new TensorText(tensor(text.header(), chance), data).bytes();
      case 8, 9 -> new TensorText(names(text.header(), chance), data).bytes();
      case 10 -> padded(header, data, chance);
      case 11 -> new TensorText(text.header(), resized(data, chance)).bytes();
      case 12, 13 -> new TensorText(text.header(), damaged(data, chance)).bytes();
      case 14 -> ByteMutator.mutate(bytes, chance);
      default -> replaced(header, data, chance);
    };
  }

  private static long length(long right, long file, Chance chance) {
    return chance.oneOf(
        0L,
        1L,
        2L,
        right - 1,
        right + 1,
        right + 8,
        right - 8,
        right / 2,
        right * 2,
        file,
        file - 8,
        file - 7,
        -1L,
        Long.MIN_VALUE,
        Long.MAX_VALUE,
        100_000_000L,
        100_000_001L,
        1L << 31,
        1L << 32,
        right | 1L << 40);
  }

  private static byte[] flipped(byte[] header, byte[] data, Chance chance) {
    byte[] copy = header;
    for (int i = chance.below(3); i >= 0; i--) {
      copy = ByteMutator.flip(copy, chance.below(copy.length));
    }
    return TensorText.file(copy.length, copy, data);
  }

  /** Says something else of one tensor. */
  private static JsonText tensor(JsonText header, Chance chance) {
    List<String> names = header.keys();
    if (names.isEmpty()) {
      return header;
    }
    String name = chance.of(names);
    if (!JsonText.isObject(header.get(name))) {
      return header.without(name);
    }
    JsonText tensor = JsonText.parse(header.get(name));
    JsonText changed =
        switch (chance.below(8)) {
          case 0 -> tensor.with("dtype", chance.of(TYPES));
          case 1, 2, 3 -> tensor.with("shape", shape(tensor.get("shape"), chance));
          case 4, 5 ->
              tensor.with("data_offsets", offsets(tensor.get("data_offsets"), header, chance));
          case 6 -> tensor.without(chance.oneOf("dtype", "shape", "data_offsets"));
          default -> tensor.plus(chance.oneOf("dtype", "shape", "more", ""), chance.of(NUMBERS));
        };
    return header.with(name, changed.toString());
  }

  private static List<String> items(String list) {
    String inner = list.replaceAll("[\\[\\]\\s]", "");
    return new ArrayList<>(inner.isEmpty() ? List.of() : Arrays.asList(inner.split(",", -1)));
  }

  private static String shape(String shape, Chance chance) {
    List<String> sizes = items(shape);
    switch (chance.below(10)) {
      case 0 -> sizes.clear();
      case 1 -> sizes.add(chance.oneOf("1", "2", "0"));
      case 2 -> sizes.addFirst("1");
      case 3 -> {
        if (!sizes.isEmpty()) {
          sizes.removeLast();
        }
      }
      case 4 -> {
        return "[" + "1,".repeat(chance.oneOf(8, 9, 100, 100_000)) + "1]";
      }
      case 5 -> {
        return chance.oneOf(
            "[4294967296, 4294967296]",
            "[9223372036854775807, 2]",
            "[0, 9223372036854775807]",
            "[2147483648, 2147483648, 2]",
            "[4611686018427387904, 4, 0]",
            "null",
            "{}",
            "16");
      }
      case 6 -> {
        return sizes.reversed().toString();
      }
      case 7 -> {
        // As many elements in other rows.
        if (sizes.size() == 2 && sizes.get(0).matches("[0-9]{1,9}") && isEven(sizes.get(0))) {
          return "[%d,%d]"
              .formatted(Long.parseLong(sizes.get(0)) / 2, Long.parseLong(sizes.get(1)) * 2);
        }
      }
      default -> {
        if (!sizes.isEmpty()) {
          sizes.set(chance.below(sizes.size()), chance.of(NUMBERS));
        }
      }
    }
    return sizes.toString();
  }

  private static boolean isEven(String number) {
    return Long.parseLong(number) % 2 == 0;
  }

  private static String offsets(String offsets, JsonText header, Chance chance) {
    List<String> range = items(offsets);
    if (range.size() != 2 || !range.get(0).matches("[0-9]{1,15}")) {
      return "[0,0]";
    }
    long begin = Long.parseLong(range.get(0));
    long end = Long.parseLong(range.get(1));
    long shift = chance.oneOf(1L, -1L, 4L, -4L, 1L << 20, 1L << 40, -begin, 1L << 62);
    return switch (chance.below(8)) {
      case 0 -> "[%d,%d]".formatted(end, begin);
      case 1 -> "[%d,%d]".formatted(begin + shift, end + shift);
      case 2 -> "[%d,%d]".formatted(begin, end + shift);
      case 3 -> "[%d,%d]".formatted(begin - shift, end);
      case 4 -> "[%s,%s]".formatted(chance.of(NUMBERS), chance.of(NUMBERS));
      case 5 -> "[%d]".formatted(begin);
      case 6 -> "[%d,%d,%d]".formatted(begin, end, end);
      default -> {
        // Another tensor's place.
        String other = header.get(chance.of(header.keys()));
        yield JsonText.isObject(other) ? JsonText.parse(other).get("data_offsets") : "[0,4]";
      }
    };
  }

  /** Drops, doubles and renames tensors. */
  private static JsonText names(JsonText header, Chance chance) {
    List<String> names = header.keys();
    if (names.isEmpty()) {
      return header;
    }
    String name = chance.of(names);
    return switch (chance.below(8)) {
      case 0 -> header.without(name);
      case 1 -> header.plus(name, header.get(name));
      case 2 -> header.plus(name + "_", header.get(name));
      case 3 ->
          header.renamed(
              name,
              chance.oneOf(
                  "",
                  " ",
                  "__metadata__",
                  name + "x",
                  name.toUpperCase(java.util.Locale.ROOT),
                  "x".repeat(60_000),
                  "line\nbreak",
                  "\u001b[2J",
                  "\ud83d\ude00",
                  "../x",
                  "\0"));
      case 4 -> {
        String other = chance.of(names);
        yield header.with(name, header.get(other)).with(other, header.get(name));
      }
      case 5 ->
          header.plus("__metadata__", chance.oneOf("{}", "[]", "null", "{\"a\": {\"b\": 1}}"));
      case 6 -> header.plus("empty", TensorText.tensor("F32", "[0]", 0, 0));
      default -> {
        List<JsonText.Member> reversed = new ArrayList<>(header.members().reversed());
        yield new JsonText(reversed);
      }
    };
  }

  /** A header with more room, which is allowed, and moves the tensors to odd places. */
  private static byte[] padded(byte[] header, byte[] data, Chance chance) {
    byte[] padding = new byte[chance.oneOf(1, 2, 3, 5, 7, 8, 4096)];
    Arrays.fill(padding, chance.oneOf((byte) ' ', (byte) '\n', (byte) 0, (byte) 'x'));
    byte[] longer =
        chance.onceIn(4) ? ByteMutator.join(padding, header) : ByteMutator.join(header, padding);
    return TensorText.file(longer.length, longer, data);
  }

  private static byte[] resized(byte[] data, Chance chance) {
    int change = chance.oneOf(-1, -2, -4, -8, -data.length / 2, -data.length, 1, 4, 8, 100_000);
    return Arrays.copyOf(data, Math.max(0, data.length + change));
  }

  /** Other numbers: random ones, infinite ones, none. */
  private static byte[] damaged(byte[] data, Chance chance) {
    byte[] copy = data.clone();
    int at = chance.below(copy.length);
    int end = chance.onceIn(3) ? copy.length : Math.min(copy.length, at + chance.oneOf(1, 4, 500));
    switch (chance.below(4)) {
      case 0 -> Arrays.fill(copy, at, end, (byte) 0xFF);
      case 1 -> Arrays.fill(copy, at, end, (byte) 0);
      case 2 -> Arrays.fill(copy, at, end, (byte) 0x7F);
      default -> {
        return ByteMutator.random(copy, at, end - at, chance);
      }
    }
    return copy;
  }

  private static byte[] replaced(byte[] header, byte[] data, Chance chance) {
    return switch (chance.below(6)) {
      case 0 -> new byte[0];
      case 1 -> new byte[7];
      case 2 -> TensorText.file(0, new byte[0], new byte[0]);
      case 3 -> TensorText.file(header.length, header, new byte[0]);
      case 4 -> TensorText.file(2, "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8), data);
      default -> data;
    };
  }
}
