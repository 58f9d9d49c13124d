package org.gta4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** The memory of the machine, in bytes, as it is before something is taken of it. */
public final class MachineMemory {
  private static final Path LINUX = Path.of("/proc/meminfo");
  private static final String KIBIBYTES = " kB";

  private MachineMemory() {}

  /** All of it, or the container's where that is less. */
  public static long totalBytes() {
    return MemoryCheck.physicalBytes();
  }

  /**
   * What a process can still get: what is free, what the system would give up for it, and what it
   * could move to the swap space, but no more than the container has. All of it where the system
   * does not say.
   */
  public static long availableBytes() {
    try {
      return available(Files.readAllLines(LINUX), totalBytes());
    } catch (IOException e) {
      return totalBytes(); // another system, or one that hides it
    }
  }

  /**
   * The same by Linux's own words.
   *
   * @param lines of {@code /proc/meminfo}
   */
  static long available(List<String> lines, long total) {
    OptionalLong available = bytes(lines, "MemAvailable:");
    return available.isEmpty()
        ? total
        : Math.min(total, available.getAsLong() + bytes(lines, "SwapFree:").orElse(0));
  }

  private static OptionalLong bytes(List<String> lines, String name) {
    for (String line : lines) {
      if (line.startsWith(name) && line.endsWith(KIBIBYTES)) {
        String number = line.substring(name.length(), line.length() - KIBIBYTES.length()).strip();
        try {
          return OptionalLong.of(Math.multiplyExact(Long.parseLong(number), 1024L));
        } catch (ArithmeticException | NumberFormatException e) {
          return OptionalLong.empty();
        }
      }
    }
    return OptionalLong.empty();
  }
}
