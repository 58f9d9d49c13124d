package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MachineMemoryTest {
  private static final long TOTAL = 8000L * 1024;

  @Test
  void whatIsAvailableIsWhatTheSystemWouldGiveUpAndMoveAway() {
    List<String> lines =
        List.of("MemTotal:  9000 kB", "MemFree:  100 kB", "MemAvailable:    5000 kB");
    assertThat(MachineMemory.available(lines, TOTAL)).isEqualTo(5000L * 1024);
    List<String> swapping =
        List.of("MemAvailable: 5000 kB", "SwapTotal: 9000 kB", "SwapFree: 2000 kB");
    assertThat(MachineMemory.available(swapping, TOTAL)).isEqualTo(7000L * 1024);
    assertThat(MachineMemory.available(swapping, 6000L * 1024)).isEqualTo(6000L * 1024);
  }

  @Test
  void allOfItIsWhereTheSystemDoesNotSay() {
    assertThat(MachineMemory.available(List.of(), TOTAL)).isEqualTo(TOTAL);
    assertThat(MachineMemory.available(List.of("MemAvailable: many kB"), TOTAL)).isEqualTo(TOTAL);
    assertThat(MachineMemory.available(List.of("MemAvailable: 5000"), TOTAL)).isEqualTo(TOTAL);
    assertThat(MachineMemory.available(List.of("MemAvailable: " + Long.MAX_VALUE + " kB"), TOTAL))
        .isEqualTo(TOTAL);
  }

  @Test
  void thisMachineHasSome() {
    assertThat(MachineMemory.availableBytes()).isPositive();
    assertThat(MachineMemory.availableBytes()).isLessThanOrEqualTo(MachineMemory.totalBytes());
  }
}
