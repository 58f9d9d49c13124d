package org.gta4j.cli.training.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SequencedMap;
import org.gta4j.train.run.StepReport;
import org.gta4j.train.run.TrainingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFileTest {
  private static final Clock CLOCK =
      Clock.fixed(Instant.ofEpochSecond(1_700_000_000L), ZoneOffset.UTC);

  @TempDir private Path folder = Path.of("");

  private static StepReport report(long step) {
    return new StepReport(
        step,
        1.0 / step,
        step * 64,
        1000,
        1e-3,
        2,
        OptionalLong.empty(),
        step % 2 == 0 ? OptionalDouble.of(3) : OptionalDouble.empty());
  }

  private byte[] written(long after, long first, long last) throws IOException {
    try (EventFile events = EventFile.open(folder, after, CLOCK)) {
      for (long step = first; step <= last; step++) {
        events.add(report(step));
      }
    }
    return Files.readAllBytes(file());
  }

  private Path file() throws IOException {
    try (var files = Files.list(folder.resolve("tensorboard"))) {
      return files
          .reduce((a, b) -> {
            throw new AssertionError(b);
          })
          .orElseThrow();
    }
  }

  @Test
  void recordsAreTheBytesThatTensorBoardsOwnWriterMakes() {
    SequencedMap<String, Double> scalars = new LinkedHashMap<>();
    scalars.put("loss", 0.5);
    assertThat(hex(EventRecord.version(2)))
        .isEqualTo(
            "1800000000000000a37f4b220900000000000000401a0d627261696e2e4576656e743a32ff2ee0e7");
    assertThat(hex(EventRecord.scalars(2, 300, scalars)))
        .isEqualTo(
            "1b000000000000001a0d9e1309000000000000004010ac022a0d0a0b0a046c6f7373150000003fdfc52b60");
  }

  private static String hex(ByteBuffer record) {
    byte[] bytes = new byte[record.remaining()];
    record.get(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  @Test
  void goingOnLeavesEachStepOnce() throws IOException {
    byte[] whole = written(0, 1, 9);
    assertThat(file()).hasFileName("events.out.tfevents.1700000000.gta4j");
    assertThat(written(5, 6, 9)).isEqualTo(whole);
    assertThat(written(0, 1, 9)).isEqualTo(whole);
    assertThat(written(20, 10, 10)).startsWith(whole).hasSizeGreaterThan(whole.length);
  }

  @Test
  void whatIsDamagedIsWrittenAnew() throws IOException {
    byte[] whole = written(0, 1, 9);
    Path file = file();
    try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
      channel.truncate(whole.length - 3);
    }
    assertThat(written(9, 9, 9)).isEqualTo(whole);
    byte[] damaged = whole.clone();
    damaged[whole.length - 20] ^= 1;
    Files.write(file, damaged);
    assertThat(written(9, 9, 9)).isEqualTo(whole);
    Files.writeString(file, "This is no event file, but it has a place of its own.");
    assertThat(written(0, 1, 9)).isEqualTo(whole);
  }

  @Test
  void aPlaceThatCannotBeWrittenIsNamed() throws IOException {
    Files.writeString(folder.resolve("tensorboard"), "a file");
    assertThatThrownBy(() -> EventFile.open(folder, 0, CLOCK))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("tensorboard: cannot be written");
  }
}
