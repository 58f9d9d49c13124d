package org.gta4j.ops;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.LongAdder;

/** Reading in plain Java, which the JVM compiles to vector code. */
public final class JavaReading implements MemoryReading {
  private static final int WORDS = PIECE / Long.BYTES;

  private final Workers workers;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory;
  private final LongAdder total = new LongAdder();

  /**
   * Takes memory.
   *
   * @param workers who read it
   */
  public JavaReading(Workers workers, long bytes) {
    this.workers = workers;
    memory = arena.allocate(MemoryReading.wholePieces(bytes), 64);
    for (long i = 0; i < memory.byteSize() / Long.BYTES; i++) {
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
    workers.run((int) (memory.byteSize() / PIECE), (item, worker) -> total.add(piece(item)));
    return total.sum();
  }

  private long piece(int item) {
    MemorySegment piece = memory.asSlice((long) item * PIECE, PIECE);
    long a = 0;
    long b = 0;
    long c = 0;
    long d = 0;
    for (int i = 0; i < WORDS; i += 4) {
      a += piece.getAtIndex(ValueLayout.JAVA_LONG, i);
      b += piece.getAtIndex(ValueLayout.JAVA_LONG, i + 1);
      c += piece.getAtIndex(ValueLayout.JAVA_LONG, i + 2);
      d += piece.getAtIndex(ValueLayout.JAVA_LONG, i + 3);
    }
    return a + b + c + d;
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
