package org.gta4j.train.measure;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import org.gta4j.measure.Samples;

/**
 * How long something takes by the time that processors spend on it: what others compute on the
 * machine meanwhile does not count, as it would by the clock on the wall.
 */
final class ProcessorTime {
  private static final long NANOS = 500_000_000;
  private static final long GROUP_NANOS = 200_000_000;
  private static final int LEAST_RUNS = 3;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private ProcessorTime() {}

  /** Seconds of a run by this thread: the middle one of several until that moment. */
  static double ofThread(Runnable run, long end) {
    warm(run);
    Samples samples = new Samples();
    for (int runs = 0; runs < LEAST_RUNS || System.nanoTime() < end; runs++) {
      long begin = THREADS.getCurrentThreadCpuTime();
      run.run();
      samples.add((THREADS.getCurrentThreadCpuTime() - begin) / 1e9);
    }
    return samples.median().orElseThrow();
  }

  /** Seconds of a run by this thread. */
  static double ofThread(Runnable run) {
    return ofThread(run, end());
  }

  /**
   * Seconds of a run that keeps so many processors busy, by all threads of this process: of runs in
   * groups, since this clock may tick a hundred times a second alone.
   */
  static double ofProcess(Runnable run, int processors) {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    warm(run);
    Samples samples = new Samples();
    for (int group = 0; group < LEAST_RUNS; group++) {
      int runs = 0;
      long end = System.nanoTime() + GROUP_NANOS;
      long begin = system.getProcessCpuTime();
      do {
        run.run();
        runs++;
      } while (System.nanoTime() < end);
      samples.add((system.getProcessCpuTime() - begin) / 1e9 / runs / processors);
    }
    return samples.median().orElseThrow();
  }

  /** When it is enough, of something that begins now. */
  static long end() {
    return System.nanoTime() + NANOS;
  }

  /** The first two runs do not count: memory is taken, and the JVM compiles. */
  private static void warm(Runnable run) {
    run.run();
    run.run();
  }
}
