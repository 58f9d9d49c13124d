package org.gta4j.bench;

import org.gta4j.core.Placeholder;
import org.jspecify.annotations.NullMarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Placeholder. */
@NullMarked
@State(Scope.Benchmark)
public class PlaceholderBenchmark {
  /** Measures nothing of interest. */
  @Benchmark
  public String text() {
    return Placeholder.text();
  }
}
