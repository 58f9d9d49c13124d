package org.gta4j.kernels;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.ref.Reference;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The library of kernels and the one way into it: all its functions have one signature, {@code long
 * f(arguments, from, to, scratch)}, so that one handle calls them all.
 *
 * <p>Calls are plain: the JVM can stop the world while one runs, and nothing on its heap is handed
 * over. Pointers get into argument blocks through {@link Arguments} alone, which checks them.
 */
@SuppressWarnings("restricted") // native code is what this class is for
final class Kernels {
  /** Forces a level: {@code avx2}, {@code avx512}, {@code neon}. */
  static final String PROPERTY = "gta.kernels";

  private static final String LIBRARY = "libgta4j.so";

  private static final MethodHandle CALL =
      Linker.nativeLinker()
          .downcallHandle(
              FunctionDescriptor.of(
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG));

  /** The library, looked for when something first asks for it. */
  private static final class Loaded {
    static final Found FOUND = find();

    private Loaded() {}
  }

  /**
   * What came of looking for the library.
   *
   * @param isWrong whether the obstacle is what somebody has set
   */
  private record Found(Optional<Kernels> kernels, String obstacle, boolean isWrong) {
    static Found of(Kernels kernels) {
      return new Found(Optional.of(kernels), "", false);
    }

    static Found nothing(String obstacle) {
      return new Found(Optional.empty(), obstacle, false);
    }
  }

  private final Level level;
  private final String why;
  private final int quantizedRows;
  private final int floatRows;
  final MemorySegment pack;
  final MemorySegment embed;
  final MemorySegment prepare;
  final MemorySegment linearQuantized;
  final MemorySegment linearFloat;
  final MemorySegment rmsNorm;
  final MemorySegment rotate;
  final MemorySegment copyHeads;
  final MemorySegment add;
  final MemorySegment swiGlu;
  final MemorySegment sigmoidGate;
  final MemorySegment store;
  final MemorySegment attend;
  final MemorySegment join;
  private final MemorySegment read;
  private final MemorySegment attentionSizes;
  private final MemorySegment map;
  private final MemorySegment unmap;
  private final MemorySegment constant;

  private Kernels(SymbolLookup library, Level level, String why) {
    this.level = level;
    this.why = why;
    pack = function(library, "gta_pack");
    embed = function(library, "gta_embed");
    map = function(library, "gta_map");
    unmap = function(library, "gta_unmap");
    constant = function(library, "gta_constant");
    String suffix = "_" + level.suffix();
    prepare = function(library, "gta_prepare" + suffix);
    linearQuantized = function(library, "gta_linear_quantized" + suffix);
    linearFloat = function(library, "gta_linear_float" + suffix);
    rmsNorm = function(library, "gta_rms_norm" + suffix);
    rotate = function(library, "gta_rotate" + suffix);
    copyHeads = function(library, "gta_copy_heads" + suffix);
    add = function(library, "gta_add" + suffix);
    swiGlu = function(library, "gta_swi_glu" + suffix);
    sigmoidGate = function(library, "gta_sigmoid_gate" + suffix);
    store = function(library, "gta_store" + suffix);
    attend = function(library, "gta_attend" + suffix);
    join = function(library, "gta_join" + suffix);
    read = function(library, "gta_read" + suffix);
    attentionSizes = function(library, "gta_attention_sizes" + suffix);
    MemorySegment mostRows = function(library, "gta_most_rows" + suffix);
    quantizedRows = (int) invoke(mostRows, 0, 0, 0, 0);
    floatRows = (int) invoke(mostRows, 0, 1, 0, 0);
  }

  private static MemorySegment function(SymbolLookup library, String name) {
    return library
        .find(name)
        .orElseThrow(() -> new IllegalStateException(LIBRARY + " has no function " + name));
  }

  /**
   * The kernels for this processor; empty where they cannot run.
   *
   * @throws IllegalArgumentException if a level is forced that does not run here
   */
  static Optional<Kernels> kernels() {
    Found found = Loaded.FOUND;
    if (found.isWrong()) {
      throw new IllegalArgumentException(found.obstacle());
    }
    return found.kernels();
  }

  /**
   * Why they cannot run and what would help; empty where they can.
   *
   * @throws IllegalArgumentException if a level is forced that does not run here
   */
  static Optional<String> obstacle() {
    return kernels().isPresent() ? Optional.empty() : Optional.of(Loaded.FOUND.obstacle());
  }

  /** A library is a file to the system: it is written, loaded and deleted. */
  private static Found find() {
    byte[] library;
    try (InputStream stream = Kernels.class.getResourceAsStream(LIBRARY)) {
      if (stream == null) {
        return Found.nothing(
            "its library is not in this build, since no C compiler was found: install gcc or clang and build again");
      }
      library = stream.readAllBytes();
    } catch (IOException e) {
      return Found.nothing("its library cannot be read from this build: " + e.getMessage());
    }
    List<String> failures = new ArrayList<>();
    for (Path folder : folders()) {
      Path file = folder.resolve("gta4j-%s.so".formatted(UUID.randomUUID()));
      try {
        Files.createDirectories(folder);
        Files.write(file, library, StandardOpenOption.CREATE_NEW);
        return choose(SymbolLookup.libraryLookup(file, Arena.global()));
      } catch (IOException
          | IllegalArgumentException
          | IllegalCallerException
          | IllegalStateException e) {
        failures.add("%s (%s)".formatted(folder, reason(e)));
      } finally {
        delete(file);
      }
    }
    return Found.nothing(
        "its library cannot be loaded from %s: point -Djava.io.tmpdir to a folder that can be written and that programs may be loaded from, and give the JVM --enable-native-access=ALL-UNNAMED"
            .formatted(String.join(" nor ", failures)));
  }

  /** Where programs may be loaded from: some systems do not allow it where temporary files go. */
  private static List<Path> folders() {
    return List.of(
        Path.of(System.getProperty("java.io.tmpdir")),
        Path.of(System.getProperty("user.home"), ".cache", "gta4j"));
  }

  private static String reason(Exception e) {
    return switch (e) {
      case NoSuchFileException ignored -> "there is no such folder";
      case AccessDeniedException ignored -> "its permissions do not allow it";
      case FileSystemException known when known.getReason() != null -> known.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }

  /** The system keeps a loaded library's file until the process ends. */
  private static void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      file.toFile().deleteOnExit();
    }
  }

  private static Found choose(SymbolLookup library) {
    long machine = invoke(function(library, "gta_machine"), 0, 0, 0, 0);
    String forced = System.getProperty(PROPERTY, "");
    if (!forced.isEmpty()) {
      for (Level level : Level.values()) {
        if (level.suffix().equals(forced) && level.canRun(machine)) {
          return Found.of(new Kernels(library, level, "as -D%s asks for".formatted(PROPERTY)));
        }
      }
      return new Found(
          Optional.empty(),
          "-D%s: expected one of the levels that run here (%s), found %s"
              .formatted(PROPERTY, runnable(machine), forced),
          true);
    }
    for (Level level : Level.values()) {
      if (level.canRun(machine)) {
        return Found.of(new Kernels(library, level, why(level, machine)));
      }
    }
    boolean processor = Arrays.stream(Level.values()).anyMatch(l -> l.isOnProcessor(machine));
    return Found.nothing(
        processor
            ? "the C compiler of this build did not know this processor's instructions: build again with a newer gcc or clang"
            : "this processor has neither " + Level.NEEDED);
  }

  private static String runnable(long machine) {
    return Arrays.stream(Level.values())
        .filter(level -> level.canRun(machine))
        .map(Level::suffix)
        .collect(Collectors.joining(", "));
  }

  private static String why(Level level, long machine) {
    if (level == Level.AVX2 && Level.AVX512.isOnProcessor(machine)) {
      return "the C compiler of this build did not know AVX-512, which this processor has: build again with a newer one";
    }
    return level == Level.AVX2
        ? "the best this processor has; AVX-512 with VNNI would be faster"
        : "the best there is";
  }

  /** What runs. */
  Level level() {
    return level;
  }

  /** Why that runs, and what would be better. */
  String why() {
    return why;
  }

  /** The most rows that a tile of a linear layer has. */
  int tileRows(boolean quantized) {
    return quantized ? quantizedRows : floatRows;
  }

  /** Runs items {@code from} … {@code to − 1} of a kernel. */
  void run(MemorySegment kernel, Arguments arguments, long from, long to) {
    try {
      invoke(kernel, arguments.address(), from, to, 0);
    } finally {
      Reference.reachabilityFence(arguments);
    }
  }

  /** Reads {@code bytes} bytes of native memory; the sum of their 64-bit words. */
  long read(MemorySegment memory, long offset, long bytes) {
    long address = Arguments.checked(memory, offset, bytes);
    try {
      return invoke(read, 0, address, address + bytes, 0);
    } finally {
      Reference.reachabilityFence(memory);
    }
  }

  /** Runs items of a kernel that needs scratch memory. */
  void run(MemorySegment kernel, Arguments arguments, long from, long to, NativeBuffer scratch) {
    try {
      invoke(kernel, arguments.address(), from, to, scratch.address());
    } finally {
      Reference.reachabilityFence(arguments);
    }
  }

  /** Bytes of scratch memory that attention needs for items of {@code rows} rows. */
  long attentionScratchBytes(Arguments arguments, int rows) {
    return invoke(attentionSizes, arguments.address(), rows, 0, 0);
  }

  /** Bytes that one query's partial result takes. */
  long attentionPartialBytes(Arguments arguments) {
    return Float.BYTES * invoke(attentionSizes, arguments.address(), 0, 1, 0);
  }

  /**
   * Takes zeroed memory, in huge pages where the system has some.
   *
   * @param bytes a multiple of 2 MiB
   * @param arena how long it may be used
   * @param cleanup gives it back, with {@link #unmap}, when the arena is closed
   */
  MemorySegment map(long bytes, Arena arena, Consumer<MemorySegment> cleanup) {
    long address = invoke(map, 0, bytes, 0, 0);
    if (address == 0) {
      throw new OutOfMemoryError("no %d bytes of native memory for weights".formatted(bytes));
    }
    return MemorySegment.ofAddress(address).reinterpret(bytes, arena, cleanup);
  }

  /** Gives back what {@link #map} took. */
  void unmap(MemorySegment memory) {
    invoke(unmap, 0, memory.address(), memory.byteSize(), 0);
  }

  /**
   * A constant of gta4j.h or machine.c that Java has too, for the test that compares them.
   *
   * @param name what C calls it
   * @param from a format, for those that depend on one
   * @param to a number of inputs, for those that depend on it
   * @throws IllegalArgumentException if C has none of that name
   */
  long constant(String name, long from, long to) {
    long value;
    try (Arena arena = Arena.ofConfined()) {
      value = invoke(constant, arena.allocateFrom(name).address(), from, to, 0);
    }
    if (value == -1) {
      throw new IllegalArgumentException("no constant %s in C".formatted(name));
    }
    return value;
  }

  private static long invoke(
      MemorySegment function, long arguments, long from, long to, long scratch) {
    try {
      return (long) CALL.invokeExact(function, arguments, from, to, scratch);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
