package org.gta4j.robustness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a piece of work takes at most, heap and native memory together.
 *
 * <p>It is measured in a JVM of its own, whose heap is resident from the beginning and cannot grow.
 * What the process's resident memory then peaks at above where it was is native memory, all of it,
 * since Java zeroes what it allocates; Linux counts the peak, and sets the count back when asked.
 * Elsewhere only the heap's bound holds.
 */
final class Memory {
  private static final int HEAP_MIB = 192;

  /** Flags of the JVM that it is measured in. */
  static final List<String> FLAGS =
      List.of(
          "-Xms" + HEAP_MIB + "m",
          "-Xmx" + HEAP_MIB + "m",
          "-XX:+AlwaysPreTouch",
          "-XX:+UseSerialGC");

  private static final int MOST_MIB = 512;

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path PEAK = Path.of("/proc/self/clear_refs");
  private static final boolean KNOWN = Files.isWritable(PEAK);

  private final long resident;

  private Memory(long resident) {
    this.resident = resident;
  }

  /** Begins to measure. */
  static Memory begin() {
    if (KNOWN) {
      try {
        Files.writeString(PEAK, "5");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return new Memory(status("VmRSS:"));
  }

  /** MiB taken since, of a heap that may be full as well. */
  long mib() {
    return HEAP_MIB + Math.max(0, status("VmHWM:") - resident) / 1024;
  }

  /** Whether that is too much. */
  static boolean isMuch(long mib) {
    return mib > MOST_MIB;
  }

  /** MiB of the whole process now. */
  static long residentMib() {
    return status("VmRSS:") / 1024;
  }

  /** Fails where the measure does not see what is there for a moment. */
  static void requireSight() {
    Memory memory = begin();
    try (Arena arena = Arena.ofConfined()) {
      arena.allocate(64 << 20);
    }
    long mib = memory.mib() - HEAP_MIB;
    if (KNOWN && (mib < 60 || mib > 80)) {
      throw new AssertionError("64 MiB were measured as %d MiB".formatted(mib));
    }
  }

  /** How many files below {@code folder} are mapped or open. */
  static long held(Path folder) throws IOException {
    Path maps = Path.of("/proc/self/maps");
    if (!Files.exists(maps)) {
      return 0;
    }
    String name = folder.toString();
    long held;
    try (Stream<String> lines = Files.lines(maps)) {
      held = lines.filter(line -> line.contains(name)).count();
    }
    try (var descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors) {
        try {
          held += Files.readSymbolicLink(descriptor).toString().contains(name) ? 1 : 0;
        } catch (IOException e) {
          // Closed meanwhile.
        }
      }
    }
    return held;
  }

  private static long status(String key) {
    if (!KNOWN) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith(key))
          .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
