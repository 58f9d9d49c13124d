package org.gta4j.train.measure;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.function.LongSupplier;
import org.gta4j.measure.Samples;

/**
 * How long something takes by the time that processors spend on it: what others compute on the
 * machine meanwhile does not count, as it would by the clock on the wall.
 */
final class ProcessorTime {
  private static final long NANOS = 500_000_000;
  private static final int LEAST_RUNS = 3;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private ProcessorTime() {}

  /** Seconds of a run by this thread: the middle one of several until that moment. */
  static double ofThread(Runnable run, long end) {
    return seconds(run, end, THREADS::getCurrentThreadCpuTime);
  }

  /** Seconds of a run by this thread. */
  static double ofThread(Runnable run) {
    return ofThread(run, end());
  }

  /** Seconds of a run that keeps so many processors busy, by all threads of this process. */
  static double ofProcess(Runnable run, int processors) {
    LongSupplier clock =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)::getProcessCpuTime;
    return seconds(run, end(), clock) / processors;
  }

  /** When it is enough, of something that begins now. */
  static long end() {
    return System.nanoTime() + NANOS;
  }

  /** The first two runs do not count: memory is taken, and the JVM compiles. */
  private static double seconds(Runnable run, long end, LongSupplier clock) {
    run.run();
    run.run();
    Samples samples = new Samples();
    for (int runs = 0; runs < LEAST_RUNS || System.nanoTime() < end; runs++) {
      long begin = clock.getAsLong();
      run.run();
      samples.add((clock.getAsLong() - begin) / 1e9);
    }
    return samples.median().orElseThrow();
  }
}
