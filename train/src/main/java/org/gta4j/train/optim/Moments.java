package org.gta4j.train.optim;

import java.lang.foreign.MemorySegment;
import java.util.SequencedMap;
import org.gta4j.tensor.Shape;

/** An optimizer's moments of all parameters, wherever they are kept. */
public interface Moments {
  /** Where numbers go, piece by piece. */
  interface Sink {
    /** Takes numbers in f32, which follow those before. */
    void add(MemorySegment numbers);
  }

  /** Names and shapes, in the order in which they are written. */
  SequencedMap<String, Shape> shapes();

  /** Writes all of them, in f32. Where several processes keep them, all have to call it. */
  void write(Sink sink);
}
