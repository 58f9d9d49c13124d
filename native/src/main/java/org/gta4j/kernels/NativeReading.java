package org.gta4j.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.LongAdder;
import org.gta4j.ops.MemoryReading;
import org.gta4j.ops.Workers;

/** Reading in C, of memory that weights would lie in: in huge pages where there are some. */
final class NativeReading implements MemoryReading {
  private final Kernels kernels;
  private final Workers workers;
  private final WeightMemory own;
  private final MemorySegment memory;
  private final LongAdder total = new LongAdder();

  NativeReading(Kernels kernels, Workers workers, long bytes) {
    this.kernels = kernels;
    this.workers = workers;
    own = new WeightMemory(kernels);
    memory = own.allocate(MemoryReading.wholePieces(bytes));
    // Shared, since the system clears the pages meanwhile.
    workers.run(pieces(), (item, worker) -> fill(item));
  }

  private int pieces() {
    return (int) (memory.byteSize() / PIECE);
  }

  private void fill(int item) {
    long words = PIECE / Long.BYTES;
    for (long i = item * words; i < (item + 1) * words; i++) {
      memory.setAtIndex(ValueLayout.JAVA_LONG, i, i);
    }
  }

  @Override
  public long bytes() {
    return memory.byteSize();
  }

  @Override
  public long sum() {
    total.reset();
    workers.run(
        pieces(), (item, worker) -> total.add(kernels.read(memory, (long) item * PIECE, PIECE)));
    return total.sum();
  }

  @Override
  public void close() {
    own.close();
  }
}
