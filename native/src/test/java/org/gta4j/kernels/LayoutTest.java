package org.gta4j.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.CacheType;
import org.gta4j.cache.EightBits;
import org.gta4j.ops.Activations;
import org.gta4j.tensor.DType;
import org.junit.jupiter.api.Test;

/** That Java's sizes and constants of what C reads are C's. */
class LayoutTest {
  private static final Pattern SIZE = Pattern.compile("IN_JAVA\\(\"(\\w+)\\.(\\w+)\", (\\d+),");

  @Test
  void sizesAreThoseOfTheHeader() throws IOException, ReflectiveOperationException {
    String header = Files.readString(Path.of("src", "main", "c", "gta4j.h"));
    List<MatchResult> sizes = SIZE.matcher(header).results().toList();
    assertThat(sizes).hasSize(8);
    for (MatchResult size : sizes) {
      Field field =
          Class.forName("org.gta4j.kernels." + size.group(1)).getDeclaredField(size.group(2));
      field.setAccessible(true);
      assertThat(((Number) field.get(null)).longValue())
          .as("%s.%s", size.group(1), size.group(2))
          .isEqualTo(Long.parseLong(size.group(3)));
    }
  }

  private static long c(String name) {
    return RunnableKernels.get().constant(name, 0, 0);
  }

  @Test
  void constantsAreThoseOfC() {
    assertThat(PanelFormat.PANEL).isEqualTo((int) c("PANEL"));
    assertThat(PanelFormat.UNIT).isEqualTo((int) c("UNIT"));
    assertThat(PanelFormat.BLOCK).isEqualTo((int) c("BLOCK"));
    assertThat(Activations.BLOCK).isEqualTo((int) c("HALF"));
    assertThat(CacheLayout.BLOCK_TOKENS).isEqualTo((int) c("TOKENS"));
    assertThat(AttentionTask.SPLIT).isEqualTo((int) c("SPLIT"));
    int smallest = (int) c("SMALLEST");
    assertThat(Activations.SMALLEST).isEqualTo(Float.intBitsToFloat(smallest));
    assertThat(EightBits.scale(smallest)).isPositive();
    assertThat(EightBits.scale(smallest - 1)).isZero();
    assertThatThrownBy(() -> c("NOTHING")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void formatsOfWeightsHaveTheirNumbersOffsetsAndSizes() {
    Kernels kernels = RunnableKernels.get();
    assertThat(PanelFormat.values()).hasSize((int) c("FORMATS"));
    for (PanelFormat format : PanelFormat.values()) {
      int number = format.number();
      assertThat(number).as("%s", format).isEqualTo((int) c("FORMAT_" + format));
      assertThat(format.isQuantized())
          .as("whether %s has scales", format)
          .isEqualTo(kernels.constant("format_is_float(format)", number, 0) == 0);
      if (format.isQuantized()) {
        assertThat(format.offset())
            .as("offset of %s", format)
            .isEqualTo((int) kernels.constant("format_offset(format)", number, 0));
      }
      for (int inputs : format.isQuantized() ? new int[] {32, 96, 4096} : new int[] {1, 33, 4096}) {
        assertThat(format.bytes(PanelFormat.UNIT, inputs))
            .as("bytes of a unit of %s, %d inputs", format, inputs)
            .isEqualTo(kernels.constant("format_unit_bytes(format, to)", number, inputs));
      }
    }
  }

  @Test
  void typesOfCheckpointsAndCachesHaveTheirNumbers() {
    for (DType dtype : DType.values()) {
      if (dtype.isWeight()) {
        assertThat(PanelFormat.source(dtype)).as("%s", dtype).isEqualTo((int) c("SOURCE_" + dtype));
      }
    }
    assertThat(CacheType.values()).hasSize((int) c("CACHE_TYPES"));
    for (CacheType type : CacheType.values()) {
      assertThat(CacheBlocks.number(type))
          .as("%s", type)
          .isEqualTo((int) c("CACHE_" + type.name()));
    }
  }

  @Test
  void levelsAreTheProcessorsAndTheLibrarysBits() {
    long vnni = c("HAS_AVX512") | c("HAS_VNNI");
    for (long machine : new long[] {c("HAS_AVX2"), vnni, c("HAS_NEON_DOT")}) {
      assertThat(Arrays.stream(Level.values()).filter(level -> level.isOnProcessor(machine)))
          .containsExactly(
              machine == vnni ? Level.AVX512 : machine == c("HAS_AVX2") ? Level.AVX2 : Level.NEON);
    }
    assertThat(Level.AVX512.isOnProcessor(c("HAS_AVX512"))).isFalse();
    for (Level level : Level.values()) {
      for (Level compiled : Level.values()) {
        assertThat(level.isCompiled(c("COMPILED_" + compiled))).isEqualTo(level == compiled);
      }
    }
  }
}
