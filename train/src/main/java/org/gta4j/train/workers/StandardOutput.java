package org.gta4j.train.workers;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * The process's standard output, as native code sees it. Gloo says on it how many it is connected
 * to, whatever one sets; results belong there and nothing else.
 */
final class StandardOutput {
  private static final int NUMBER = 1;
  private static final Linker LINKER = Linker.nativeLinker();

  /** How many threads want silence, and where the output went before the first of them did. */
  private static int silent;

  private static int saved = -1;

  private StandardOutput() {}

  /** Does something while nothing reaches the standard output; several threads may at a time. */
  static <T> T silently(Supplier<T> work) {
    leave();
    try {
      return work.get();
    } finally {
      restore();
    }
  }

  /** The first one points it elsewhere, where that can be taken back. */
  private static synchronized void leave() {
    if (silent++ > 0) {
      return;
    }
    saved = call("dup", NUMBER);
    int nowhere = nowhere();
    if (saved >= 0 && nowhere >= 0) {
      call("dup2", nowhere, NUMBER);
      call("close", nowhere);
    }
  }

  /** The last one points it back. */
  private static synchronized void restore() {
    if (--silent > 0 || saved < 0) {
      return;
    }
    flush();
    call("dup2", saved, NUMBER);
    call("close", saved);
  }

  private static int nowhere() {
    try (Arena arena = Arena.ofConfined()) {
      MethodHandle creat =
          handle(
              "creat",
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
      return (int) creat.invokeExact(arena.allocateFrom("/dev/null"), 0);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** What C's own buffers hold. */
  private static void flush() {
    try {
      MethodHandle fflush =
          handle("fflush", FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS));
      int _ = (int) fflush.invokeExact(MemorySegment.NULL);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** A function of integers. */
  private static int call(String name, Integer... arguments) {
    ValueLayout[] layouts = new ValueLayout[arguments.length];
    Arrays.fill(layouts, ValueLayout.JAVA_INT);
    try {
      return (int)
          handle(name, FunctionDescriptor.of(ValueLayout.JAVA_INT, layouts))
              .invokeWithArguments((Object[]) arguments);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings("restricted") // functions of C's library, with their own signatures
  private static MethodHandle handle(String name, FunctionDescriptor signature) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), signature);
  }
}
