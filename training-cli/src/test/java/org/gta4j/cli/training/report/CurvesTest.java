package org.gta4j.cli.training.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.gta4j.train.run.Metrics;
import org.gta4j.train.run.StepReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CurvesTest {
  @TempDir private Path folder = Path.of("");

  private static StepReport report(long step) {
    OptionalDouble held =
        step % 100 == 0 ? OptionalDouble.of(step == 800 ? 1.5 : 2) : OptionalDouble.empty();
    return new StepReport(
        step, 3 - step / 1000.0, step * 64, 32, 1e-3, 1, OptionalLong.empty(), held);
  }

  @Test
  void thePageHasThePlotsAndTheNumbers() throws IOException {
    try (Metrics metrics = Metrics.open(folder, 0)) {
      for (long step = 1; step <= 1000; step++) {
        metrics.add(report(step));
      }
    }
    Files.writeString(
        folder.resolve("subject.json"), "{\"data\": \"<script> & co\", \"steps\": \"7\"}");
    Files.writeString(
        folder.resolve(Metrics.FILE), "{\"step\": 1001, \"lo", StandardOpenOption.APPEND);
    Curves.draw(folder);
    assertThat(folder.resolve(Curves.PICTURE)).content().startsWith("<?xml").contains("<svg");
    assertThat(folder.resolve(Curves.PAGE))
        .content()
        .contains("Training of " + folder.getFileName(), "<svg", "prefers-color-scheme: dark")
        .contains("<td>1,000</td>", "<td>64,000</td>", "<td>33 min 20 s</td>")
        .contains("<td>2.0000 nats a token, step 1,000</td>")
        .contains("<td>1.5000 nats a token, step 800</td>")
        .contains("&lt;script&gt; &amp; co")
        .doesNotContain("<script");
  }

  @Test
  void whereNothingWasMadeNothingIsDrawn() throws IOException {
    Metrics.open(folder, 0).close();
    Curves.draw(folder);
    assertThat(folder.resolve(Curves.PAGE)).doesNotExist();
    // Whatever a file says, there is something to see or nothing.
    Files.writeString(folder.resolve(Metrics.FILE), "{\"step\": 1, \"loss\": \"NaN\"}\n[]\nno\n");
    Curves.draw(folder);
    assertThat(folder.resolve(Curves.PAGE)).doesNotExist();
  }

  @Test
  void pointsAreMeansOfNeighboursAndNoNumbersAreLeftOut() {
    List<StepReport> reports = new ArrayList<>();
    for (long step = 1; step <= 800; step++) {
      reports.add(report(step));
    }
    Curve loss = Curve.of(reports, StepReport::loss);
    assertThat(loss.steps()).hasSize(400).startsWith(1.5, 3.5).endsWith(799.5);
    assertThat(loss.values()[0]).isEqualTo((2.999 + 2.998) / 2);
    assertThat(Curve.of(reports, r -> r.validationLoss().orElse(Double.NaN)).steps())
        .containsExactly(100, 200, 300, 400, 500, 600, 700, 800);
    assertThat(Curve.of(List.of(), StepReport::loss).isEmpty()).isTrue();
  }
}
