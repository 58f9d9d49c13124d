package org.gta4j.checkpoint;

import java.util.List;

/** One value of a GGUF file's metadata. Each says of itself what people would call it. */
public sealed interface GgufValue {
  /** An integer of any width; unsigned 64-bit ones beyond 2^63 − 1 are refused by the reader. */
  record Whole(long value) implements GgufValue {
    @Override
    public String toString() {
      return Long.toString(value);
    }
  }

  /** A number of 32 or 64 bits. */
  record Real(double value) implements GgufValue {
    @Override
    public String toString() {
      return Double.toString(value);
    }
  }

  /** True or false. */
  record Flag(boolean value) implements GgufValue {
    @Override
    public String toString() {
      return Boolean.toString(value);
    }
  }

  /** A text. */
  record Text(String value) implements GgufValue {
    @Override
    public String toString() {
      return value;
    }
  }

  /** A list of texts. */
  record Texts(List<String> values) implements GgufValue {
    @Override
    public String toString() {
      return "a list of %d texts".formatted(values.size());
    }
  }

  /** A list of integers of at most 32 bits, or of 64-bit ones that fit. */
  record Wholes(int... values) implements GgufValue {
    @Override
    public String toString() {
      return "a list of %d integers".formatted(values.length);
    }
  }

  /** A list of numbers. */
  record Reals(float... values) implements GgufValue {
    @Override
    public String toString() {
      return "a list of %d numbers".formatted(values.length);
    }
  }

  /** A list of some other kind, lists among them, which only people ask for. */
  record Others(List<GgufValue> values) implements GgufValue {
    @Override
    public String toString() {
      return "a list of %d values of other kinds".formatted(values.size());
    }
  }
}
