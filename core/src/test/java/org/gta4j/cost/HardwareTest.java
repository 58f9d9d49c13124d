package org.gta4j.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class HardwareTest {
  @Test
  void allHaveNamesFiguresAndSources() {
    assertThat(Hardware.all()).extracting(Hardware::name).doesNotHaveDuplicates().contains("h100");
    for (Hardware one : Hardware.all()) {
      assertThat(one.source()).as(one.name()).isNotBlank();
      assertThat(one.memoryBytes()).as(one.name()).isPositive();
      assertThat(one.ceilings().linear()).as(one.name()).isGreaterThan(one.bytesPerSecond());
    }
    assertThat(Hardware.named("A100").bytesPerSecond()).isEqualTo(2.039e12);
  }

  @Test
  void unknownOnesAreRefusedWithTheNamesThereAre() {
    assertThatThrownBy(() -> Hardware.named("h200"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("h100-sxm, a100")
        .hasMessageEndingWith("found h200");
  }

  @Test
  void anOperationTakesTheLongerOfItsArithmeticAndItsWayThroughMemory() {
    Ceilings ceilings = new Ceilings(100, 10, 20, 40);
    Operation linear = new Operation("a", Operation.Kind.LINEAR, 30, 100, 0, 50, 1);
    Operation attention = new Operation("b", Operation.Kind.ATTENTION, 30, 0, 200, 50, 1);
    Operation other = new Operation("c", Operation.Kind.ELEMENTWISE, 120, 0, 0, 0, 4);
    assertThat(ceilings.seconds(linear)).isEqualTo(3);
    assertThat(ceilings.seconds(attention)).isEqualTo(2.5);
    assertThat(ceilings.seconds(List.of(linear, attention, other))).isEqualTo(8.5);
    assertThat(new Ceilings(100, 10, 20, 40, 1).seconds(other)).isEqualTo(4);
    assertThatThrownBy(() -> new Ceilings(0, 1, 1, 1)).hasMessageContaining("positive rates");
  }
}
