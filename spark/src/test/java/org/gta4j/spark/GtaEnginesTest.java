package org.gta4j.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.generate.Engine;
import org.gta4j.generate.Request;
import org.gta4j.ops.Activations;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GtaEnginesTest {
  @AfterEach
  void close() {
    GtaEngines.closeIdle();
    assertThat(GtaEngines.open()).isZero();
  }

  private static EngineOptions options(String model, int parallel) {
    return new EngineOptions(
        ModelLocation.seen(model),
        "vector",
        1,
        CacheType.F32,
        1 << 20,
        0,
        Activations.AUTO,
        parallel);
  }

  @Test
  void tasksOfEqualOptionsShareAnEngine() {
    try (GtaEngines.Lease first = GtaEngines.lease(options(Fixture.MODEL, 2));
        GtaEngines.Lease second = GtaEngines.lease(options(Fixture.MODEL, 2));
        GtaEngines.Lease other = GtaEngines.lease(options(Fixture.MODEL, 3))) {
      assertThat(first.engine()).isSameAs(second.engine()).isNotSameAs(other.engine());
      assertThat(GtaEngines.open()).isEqualTo(2);
    }
  }

  @Test
  void anEngineThatNobodyUsesStaysUntilAnotherIsWanted() throws Exception {
    Engine engine;
    try (GtaEngines.Lease lease = GtaEngines.lease(options(Fixture.MODEL, 2))) {
      engine = lease.engine();
    }
    AutoCloseable again = GtaEngines.lease(options(Fixture.MODEL, 2));
    again.close();
    again.close(); // counts once
    assertThat(engine.isClosed()).isFalse();
    try (GtaEngines.Lease third = GtaEngines.lease(options(Fixture.MODEL, 2))) {
      assertThat(third.engine()).isSameAs(engine);
    }
    try (GtaEngines.Lease other = GtaEngines.lease(options(Fixture.MODEL, 3))) {
      assertThat(engine.isClosed()).isTrue();
      assertThat(other.engine().isClosed()).isFalse();
    }
  }

  @Test
  void anEngineThatHasFailedIsReplaced() {
    try (GtaEngines.Lease lease = GtaEngines.lease(options(Fixture.MODEL, 2))) {
      lease.engine().close();
      try (GtaEngines.Lease next = GtaEngines.lease(options(Fixture.MODEL, 2))) {
        assertThat(next.engine()).isNotSameAs(lease.engine());
        int[] ids = next.engine().model().encode("Once");
        assertThat(next.engine().submit(Request.greedy(ids, 1), text -> {}).await().ids())
            .hasSize(1);
      }
    }
  }

  @Test
  void aModelThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> GtaEngines.lease(options(Path.of("nowhere.gguf").toString(), 2)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("nowhere.gguf");
    assertThat(GtaEngines.open()).isZero();
  }
}
