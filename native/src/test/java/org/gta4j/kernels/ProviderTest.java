package org.gta4j.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import org.gta4j.ops.Activations;
import org.gta4j.ops.Backends;
import org.gta4j.ops.Ops;
import org.gta4j.ops.OpsProvider;
import org.junit.jupiter.api.Test;

/** How the kernels are found, and what they say about themselves. */
class ProviderTest {
  @Test
  void theyAreFoundAndPreferredOrSayWhatWouldHelp() {
    OpsProvider provider = Backends.providers().getFirst();
    assertThat(provider.name()).isEqualTo("native");
    provider
        .obstacle()
        .ifPresent(why -> assertThat(why).containsAnyOf("build again", "point -D", "neither"));
  }

  @Test
  void theyNameTheirInstructionsAndActivations() {
    try (Ops exact = RunnableKernels.start(1, Activations.F32);
        Ops fast = RunnableKernels.start(2, Activations.AUTO)) {
      String level = RunnableKernels.get().level().label();
      assertThat(exact.describe(true)).contains(level).contains("f32 activations, 1 thread");
      assertThat(fast.describe(true)).contains(level).contains("8-bit").contains("2 threads");
      assertThat(fast.describe(false)).contains("f32 activations").doesNotContain("8-bit");
    }
  }

  @Test
  void aProcessorsLevelsAreThoseItHasAndTheLibraryToo() {
    long avx2 = 1 | 256;
    assertThat(Level.AVX2.canRun(avx2)).isTrue();
    assertThat(Level.AVX512.canRun(avx2)).isFalse();
    assertThat(Level.AVX512.canRun(avx2 | 2 | 512)).as("without VNNI").isFalse();
    assertThat(Level.AVX512.canRun(avx2 | 2 | 4)).as("not compiled").isFalse();
    assertThat(Level.AVX512.canRun(avx2 | 2 | 4 | 512)).isTrue();
    assertThat(Level.NEON.canRun(16 | 1024)).isTrue();
    assertThat(Level.NEON.canRun(avx2)).isFalse();
  }
}
