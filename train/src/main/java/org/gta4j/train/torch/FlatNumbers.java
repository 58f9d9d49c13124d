package org.gta4j.train.torch;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Tensor;

/** The numbers of several tensors in f32 as one row, one tensor after the other. */
public final class FlatNumbers {
  /** Numbers {@code begin} to {@code end − 1} of the row; of no length where nobody has any. */
  private record Part(long begin, long end, MemorySegment memory) {
    boolean isThere() {
      return memory.byteSize() > 0;
    }
  }

  private final List<Part> parts = new ArrayList<>();
  private long count;

  private FlatNumbers() {}

  /**
   * The row of some tensors.
   *
   * @throws IllegalArgumentException if one is not of f32
   */
  public static FlatNumbers of(Collection<Tensor> tensors) {
    FlatNumbers flat = new FlatNumbers();
    tensors.forEach(tensor -> flat.add(tensor.shape().elements(), memory(tensor)));
    return flat;
  }

  /**
   * The row of those tensors that some of others' names have, with gaps for names that have none.
   *
   * @param layout tensors whose names and sizes decide where something lies
   */
  public static FlatNumbers of(SequencedMap<String, Tensor> layout, Map<String, Tensor> tensors) {
    FlatNumbers flat = new FlatNumbers();
    layout.forEach((name, tensor) -> {
      Tensor found = tensors.get(name);
      flat.add(tensor.shape().elements(), found == null ? MemorySegment.NULL : memory(found));
    });
    return flat;
  }

  private static MemorySegment memory(Tensor tensor) {
    if (tensor.dtype() != DType.F32) {
      throw new IllegalArgumentException(
          "expected tensors of f32, found one of " + tensor.dtype().label());
    }
    return tensor.data();
  }

  private void add(long elements, MemorySegment memory) {
    parts.add(new Part(count, count + elements, memory));
    count += elements;
  }

  /** How many numbers. */
  public long count() {
    return count;
  }

  /** Copies as many numbers as there is room for, from {@code begin} on; zeros out of gaps. */
  public void read(long begin, MemorySegment to) {
    each(
        begin,
        to,
        (part, numbers, place) -> {
          if (part.isThere()) {
            place.copyFrom(numbers);
          } else {
            place.fill((byte) 0);
          }
        });
  }

  /** Copies numbers to where they belong, from {@code begin} on; those of gaps nowhere. */
  public void write(long begin, MemorySegment from) {
    each(
        begin,
        from,
        (part, numbers, place) -> {
          if (part.isThere()) {
            numbers.copyFrom(place);
          }
        });
  }

  private interface Copy {
    void of(Part part, MemorySegment numbers, MemorySegment place);
  }

  private void each(long begin, MemorySegment buffer, Copy copy) {
    long end = begin + buffer.byteSize() / Float.BYTES;
    if (begin < 0 || end > count) {
      throw new IllegalArgumentException(
          "expected numbers within 0 to %d, found %d to %d".formatted(count, begin, end));
    }
    for (Part part : parts) {
      long from = Math.max(begin, part.begin);
      long to = Math.min(end, part.end);
      if (from < to) {
        long bytes = (to - from) * Float.BYTES;
        MemorySegment numbers =
            part.isThere()
                ? part.memory.asSlice((from - part.begin) * Float.BYTES, bytes)
                : MemorySegment.NULL;
        copy.of(part, numbers, buffer.asSlice((from - begin) * Float.BYTES, bytes));
      }
    }
  }
}
