package org.gta4j.train.workers;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * TCP connections of this process, by the numbers of their file descriptors, and what Linux counts
 * of them. Elsewhere, and where it does not count, there are none.
 */
record Connections(Set<Integer> descriptors) {
  private static final Path OPEN = Path.of("/proc/self/fd");

  /** {@code IPPROTO_TCP} and {@code TCP_INFO}. */
  private static final int TCP = 6;

  private static final int INFO = 11;

  /** Of {@code struct tcp_info}, whose fields stay where they are: bytes. */
  private static final long NOT_SENT_YET = 144;

  private static final long SENT = 200;
  private static final long SENT_AGAIN = 208;
  private static final int NEEDED = 216;

  /** Those that are there now. */
  static Connections ofProcess() {
    Set<Integer> found = new TreeSet<>();
    if (Files.isDirectory(OPEN)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(OPEN)) {
        for (Path file : files) {
          int descriptor = Integer.parseInt(String.valueOf(file.getFileName()));
          if (written(descriptor).isPresent()) {
            found.add(descriptor);
          }
        }
      } catch (IOException e) {
        return new Connections(Set.of());
      }
    }
    return new Connections(found);
  }

  /** Those that were not there before. */
  Connections without(Connections before) {
    Set<Integer> later = new TreeSet<>(descriptors);
    later.removeAll(before.descriptors);
    return new Connections(later);
  }

  /** Bytes that were written to all of them, whether they have left the machine yet or not. */
  OptionalLong writtenBytes() {
    long sum = 0;
    for (int descriptor : descriptors) {
      OptionalLong written = written(descriptor);
      if (written.isEmpty()) {
        return OptionalLong.empty();
      }
      sum += written.getAsLong();
    }
    return descriptors.isEmpty() ? OptionalLong.empty() : OptionalLong.of(sum);
  }

  private static OptionalLong written(int descriptor) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(NEEDED, Long.BYTES);
      MemorySegment length = arena.allocate(ValueLayout.JAVA_INT);
      length.set(ValueLayout.JAVA_INT, 0, NEEDED);
      int failed = (int) Function.GETSOCKOPT.invokeExact(descriptor, TCP, INFO, info, length);
      if (failed != 0 || length.get(ValueLayout.JAVA_INT, 0) < NEEDED) {
        return OptionalLong.empty(); // another kind of file, or an old system
      }
      return OptionalLong.of(
          info.get(ValueLayout.JAVA_LONG, SENT)
              - info.get(ValueLayout.JAVA_LONG, SENT_AGAIN)
              + info.get(ValueLayout.JAVA_INT, NOT_SENT_YET));
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** C's function. */
  private static final class Function {
    static final MethodHandle GETSOCKOPT = handle();

    private Function() {}

    @SuppressWarnings("restricted") // a function of C's library, with its own signature
    private static MethodHandle handle() {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(
          linker.defaultLookup().findOrThrow("getsockopt"),
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS));
    }
  }
}
