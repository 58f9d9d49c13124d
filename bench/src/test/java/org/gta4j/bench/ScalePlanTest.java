package org.gta4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ScalePlanTest {
  @Test
  void thePageHasTheTablesThatArePlanned() throws IOException {
    String page = Files.readString(Path.of("../docs/scale.md"));
    assertThat(ScalePlan.replaced(page)).isEqualTo(page);
    assertThat(page).contains("### 1B, steps of 2,048 sequences of 2,048 tokens", "| 1,024 |");
  }

  @Test
  void pagesOfOthersAreRefused() {
    assertThatThrownBy(() -> ScalePlan.replaced("# Something else"))
        .hasMessageContaining("expected a page with the lines");
  }
}
