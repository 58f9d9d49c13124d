package org.gta4j.data.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.gta4j.checkpoint.TemporaryOutput;
import org.gta4j.data.DataException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShardsTest {
  @TempDir private Path parent;
  private Path folder;

  @BeforeEach
  void place() {
    folder = parent.resolve("tokens");
  }

  private int[] write(int vocabulary, int count, long shard) {
    int[] tokens = IntStream.range(0, count).map(i -> i * 7919 % vocabulary).toArray();
    try (ShardWriter writer = new ShardWriter(folder, vocabulary, "words", shard)) {
      writer.write(tokens);
      writer.endDocuments(3);
      writer.finish();
    }
    return tokens;
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 65_536, 65_537, 200_000})
  void tokensComeBackAcrossFiles(int vocabulary) {
    int[] tokens = write(vocabulary, 1000, 300);
    try (Shards shards = Shards.open(folder)) {
      assertThat(shards.index().tokens()).isEqualTo(1000);
      assertThat(shards.index().documents()).isEqualTo(3);
      assertThat(shards.index().shards()).hasSize(4);
      assertThat(shards.index().tokenBytes()).isEqualTo(vocabulary <= 65_536 ? 2 : 4);
      int[] copy = new int[1000];
      shards.copy(0, copy, 0, 1000);
      assertThat(Arrays.equals(copy, tokens)).isTrue();
      int[] part = new int[5];
      shards.copy(298, part, 1, 4);
      assertThat(part).containsExactly(0, tokens[298], tokens[299], tokens[300], tokens[301]);
      assertThatThrownBy(() -> shards.copy(999, part, 0, 2))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void whatIsNotFinishedLeavesNothing() throws IOException {
    ShardWriter writer = new ShardWriter(folder, 10, "words", 5);
    writer.write(1, 2, 3, 4, 5, 6);
    assertThatThrownBy(() -> writer.write(10)).hasMessageContaining("0 to 9, found 10");
    writer.close();
    try (Stream<Path> left = Files.list(parent)) {
      assertThat(left).isEmpty();
    }
    try (ShardWriter empty = new ShardWriter(folder, 10, "words", 5)) {
      assertThatThrownBy(empty::finish).isInstanceOf(DataException.class);
    }
    write(10, 10, 10);
    assertThatThrownBy(() -> new ShardWriter(folder, 10, "words", 5).close())
        .hasMessageContaining("there already");
  }

  @Test
  void whatAKilledProcessLeftOfTheSameFolderIsDeleted() throws IOException {
    Path left = Files.createDirectory(TemporaryOutput.beside(folder));
    Path shard = Files.write(left.resolve("shard-00000.bin"), new byte[10]);
    FileTime before = FileTime.from(Instant.now().minusSeconds(60));
    Files.setLastModifiedTime(shard, before);
    Files.setLastModifiedTime(left, before);
    try (ShardWriter other = new ShardWriter(folder, 10, "words", 5)) {
      assertThat(left).doesNotExist();
      write(10, 10, 5);
      other.write(1);
      assertThatThrownBy(other::finish).isInstanceOf(DataException.class);
    }
    try (Stream<Path> files = Files.list(parent)) {
      assertThat(files).containsExactly(folder);
    }
  }

  @Test
  void damagedFoldersAreRefusedByName() throws IOException {
    write(300, 1000, 400);
    Path shard = folder.resolve("shard-00001.bin");
    byte[] bytes = Files.readAllBytes(shard);
    bytes[13] ^= 1;
    Files.write(shard, bytes);
    assertRefused("shard-00001.bin", "checksum");
    Files.write(shard, Arrays.copyOf(bytes, 100));
    assertRefused("shard-00001.bin", "expected 800 bytes");
    Files.delete(shard);
    assertRefused("shard-00001.bin", "no such file");
    Path index = folder.resolve("index.json");
    String json = Files.readString(index);
    for (String[] damage :
        new String[][] {
          {"\"token_bytes\" : 2", "\"token_bytes\" : 3"},
          {"\"vocabulary\" : 300", "\"vocabulary\" : -1"},
          {"shard-00001.bin", "../shard-00001.bin"},
          {"gta4j shards 1", "gta4j shards 9"},
          {"\"tokens\" : 400", "\"tokens\" : \"many\""},
        }) {
      assertThat(json).contains(damage[0]);
      Files.writeString(index, json.replace(damage[0], damage[1]));
      assertRefused("index.json", "expected");
    }
    Files.writeString(index, json.substring(0, json.length() / 2));
    assertRefused("index.json", "");
    Files.delete(index);
    assertRefused("index.json", "gta data prepare");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"tokens\" : 1000      | \"tokens\" : 999        | index.json      | tokens: expected 1000, as many as its shards have together, found 999",
        "\"tokens\" : 200       | \"tokens\" : 199        | index.json      | tokens: expected 999, as many as its shards have together, found 1000",
        "\"tokens\" : 400       | \"tokens\" : 401        | index.json      | tokens: expected 1002",
        "\"token_bytes\" : 2    | \"token_bytes\" : 4     | index.json      | token_bytes: expected 2 for a vocabulary of 300, found 4",
        "\"vocabulary\" : 300   | \"vocabulary\" : 70000  | index.json      | token_bytes: expected 4 for a vocabulary of 70000, found 2",
        "\"vocabulary\" : 300   | \"vocabulary\" : 299    | shard-00000.bin | expected token ids from 0 to 298, as the index's vocabulary says, found 299",
      })
  void indexesThatContradictTheirShardsAreRefusedByName(
      String from, String to, String file, String message) throws IOException {
    write(300, 1000, 400);
    Path index = folder.resolve("index.json");
    String json = Files.readString(index);
    assertThat(json).contains(from);
    Files.writeString(index, json.replace(from, to));
    assertRefused(file, message);
  }

  /** Where the sum is right, the files' sizes tell. */
  @Test
  void sizesOfFilesAreComparedOneByOne() throws IOException {
    write(300, 1000, 400);
    Path index = folder.resolve("index.json");
    String json = Files.readString(index);
    int first = json.indexOf("\"tokens\" : 400");
    String changed =
        json.substring(0, first)
            + json.substring(first).replaceFirst("400", "399").replaceFirst("400", "401");
    Files.writeString(index, changed);
    assertRefused("shard-00000.bin", "expected 798 bytes, as the index says, found 800");
  }

  private void assertRefused(String file, String what) {
    assertThatThrownBy(() -> Shards.open(folder).close())
        .isInstanceOf(DataException.class)
        .hasMessageContaining(file)
        .hasMessageContaining(what);
  }
}
