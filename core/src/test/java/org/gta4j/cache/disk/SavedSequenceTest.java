package org.gta4j.cache.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.gta4j.cache.FilledCaches.LAYOUT;
import static org.gta4j.cache.FilledCaches.check;
import static org.gta4j.cache.FilledCaches.fill;
import static org.gta4j.cache.FilledCaches.text;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import org.gta4j.attention.AttentionShape;
import org.gta4j.attention.ValueRows;
import org.gta4j.cache.BlockPool;
import org.gta4j.cache.CacheLayout;
import org.gta4j.cache.CacheType;
import org.gta4j.cache.SequenceCache;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.ModelFingerprint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sequences in files: as they were, or refused in words. */
class SavedSequenceTest {
  private static final ModelFingerprint MODEL =
      new ModelFingerprint("small", "0123456789abcdef0123456789abcdef");

  private static final int[] IDS = Arrays.copyOf(text(1, 2, 3, 4), 104);

  /** How many of them are cached. */
  private static final int CACHED = 100;

  @TempDir private Path folder;

  private Path saved() {
    Path file = folder.resolve("session");
    try (BlockPool pool = new BlockPool(LAYOUT, 8);
        SequenceCache cache = new SequenceCache(pool)) {
      fill("turned", IDS, cache, CACHED);
      SavedSequence.write(file, MODEL, "turned", IDS, cache);
    }
    return file;
  }

  private static void assertRefused(Path file, String... words) {
    try (BlockPool pool = new BlockPool(LAYOUT, 8)) {
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() -> SavedSequence.read(file, MODEL, pool))
          .withMessageStartingWith(file + ": ")
          .satisfies(
              e -> assertThat(List.of(words)).allMatch(String.valueOf(e.getMessage())::contains));
      assertThat(pool.usedBlocks()).isZero();
    }
  }

  @Test
  void aTextComesBackAsItWas() throws IOException {
    Path file = saved();
    assertThat(SavedSequence.blocks(file, MODEL, LAYOUT)).isEqualTo(3);
    ModelFingerprint renamed = new ModelFingerprint("another name", MODEL.digest());
    try (BlockPool pool = new BlockPool(LAYOUT, 8)) {
      try (SavedSequence sequence = SavedSequence.read(file, renamed, pool)) {
        assertThat(sequence.ids()).isEqualTo(IDS);
        assertThat(sequence.flavour()).isEqualTo("turned");
        assertThat(sequence.cache().length()).as("whole blocks").isEqualTo(96);
        check("turned", IDS, sequence.cache());
        fill("turned", IDS, sequence.cache(), 104);
        check("turned", IDS, sequence.cache());
      }
      assertThat(pool.usedBlocks()).isZero();
    }
    byte[] first = Files.readAllBytes(file);
    assertThat(Files.readAllBytes(saved())).as("the same bytes again").isEqualTo(first);
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 31})
  void aTextWithoutWholeBlocksIsItsIds(int length) {
    Path file = folder.resolve("session");
    int[] ids = Arrays.copyOf(IDS, length);
    try (BlockPool pool = new BlockPool(LAYOUT, 8);
        SequenceCache cache = new SequenceCache(pool)) {
      fill("", ids, cache, length);
      SavedSequence.write(file, MODEL, "", ids, cache);
      try (SavedSequence sequence = SavedSequence.read(file, MODEL, pool)) {
        assertThat(sequence.ids()).isEqualTo(ids);
        assertThat(sequence.cache().length()).isZero();
      }
    }
  }

  @Test
  void everyByteThatIsAnotherIsNoticed() throws IOException {
    Path file = saved();
    byte[] bytes = Files.readAllBytes(file);
    Path damaged = folder.resolve("damaged");
    for (int i = 0; i < bytes.length; i++) {
      byte[] other = bytes.clone();
      other[i] ^= (byte) (1 << i % 8);
      Files.write(damaged, other);
      assertRefused(damaged);
    }
  }

  @Test
  void everyFileThatIsCutOffOrGoesOnIsNoticed() throws IOException {
    Path file = saved();
    byte[] bytes = Files.readAllBytes(file);
    Path damaged = folder.resolve("damaged");
    for (int length = 0; length < bytes.length; length += 1 + length / 40) {
      Files.write(damaged, Arrays.copyOf(bytes, length));
      assertRefused(damaged);
    }
    Files.write(damaged, Arrays.copyOf(bytes, bytes.length + 1));
    assertRefused(damaged, "size: expected " + bytes.length + " bytes", "3 blocks");
  }

  @Test
  void anotherModelIsRefused() {
    Path file = saved();
    try (BlockPool pool = new BlockPool(LAYOUT, 8)) {
      ModelFingerprint other = new ModelFingerprint("large", "fedcba98765432100000");
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() -> SavedSequence.read(file, other, pool))
          .withMessage(file + ": model: expected large (fedcba987654), found small (0123456789ab)");
      assertThat(pool.usedBlocks()).isZero();
    }
  }

  @Test
  void anotherLayoutIsRefusedByTheNameOfWhatDiffers() {
    Path file = saved();
    AttentionShape shape = LAYOUT.shape();
    assertOther(
        file, new CacheLayout(shape, 3, CacheType.Q8), "cache_type: expected q8, found f32");
    assertOther(file, new CacheLayout(shape, 4, CacheType.F32), "layers: expected 4, found 3");
    assertOther(
        file,
        new CacheLayout(AttentionShape.of(2, 1, 2, 1, 1), 3, CacheType.F32),
        "maps: expected 2, found 1");
    assertOther(
        file,
        new CacheLayout(AttentionShape.of(1, 1, 3, 1, 1), 3, CacheType.F32),
        "key_dim: expected 3, found 2");
    assertOther(
        file,
        new CacheLayout(AttentionShape.of(1, 1, 2, 1, 5), 3, CacheType.F32),
        "value_dim: expected 5, found 1");
    assertOther(
        file,
        new CacheLayout(new AttentionShape(1, 1, 2, 1, 1, ValueRows.KEY_PREFIX), 3, CacheType.F32),
        "value_rows: expected key_prefix, found own");
  }

  private static void assertOther(Path file, CacheLayout layout, String words) {
    try (BlockPool pool = new BlockPool(layout, 8)) {
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() -> SavedSequence.read(file, MODEL, pool))
          .withMessage(file + ": " + words);
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() -> SavedSequence.blocks(file, MODEL, layout))
          .withMessage(file + ": " + words);
      assertThat(pool.usedBlocks()).isZero();
    }
  }

  @Test
  void whatThereIsNoRoomForIsRefused() {
    Path file = saved();
    try (BlockPool pool = new BlockPool(LAYOUT, 4);
        SequenceCache other = new SequenceCache(pool)) {
      fill("", text(1, 2), other, 64);
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() -> SavedSequence.read(file, MODEL, pool))
          .withMessage(file + ": blocks: expected at most 2, as the cache has room for, found 3");
      assertThat(pool.usedBlocks()).isEqualTo(2);
    }
    try (BlockPool pool = new BlockPool(LAYOUT, 3)) {
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() -> SavedSequence.read(file, MODEL, pool))
          .withMessage(file + ": tokens: expected at most 96, as the cache can hold, found 104");
    }
    try (BlockPool pool = new BlockPool(LAYOUT, 8);
        SequenceCache cache = new SequenceCache(pool)) {
      fill("", IDS, cache, 40);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> SavedSequence.write(file, MODEL, "", Arrays.copyOf(IDS, 39), cache));
    }
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    assertRefused(folder.resolve("none"), "there is no such file");
    assertRefused(folder, "a folder");
    Path file = folder.resolve("letter");
    Files.writeString(file, "Dear somebody, how are you? I am well.");
    assertRefused(file, "another kind of file");
    Files.writeString(file, "");
    assertRefused(file, "size");
    byte[] bytes = Files.readAllBytes(saved());
    bytes[8] = 2;
    Files.write(file, bytes);
    assertRefused(file, "version: expected 1, found 2");
  }

  /** Files that are made with care: their checksums are right. */
  @Test
  void headersThatPromiseTooMuchAreRefusedBeforeAnythingIsTaken() throws IOException {
    assertHostile("\"tokens\" : 104", "\"tokens\" : 2147483647", "size");
    assertHostile("\"tokens\" : 104", "\"tokens\" : 99999999999", "tokens");
    assertHostile("\"tokens\" : 104", "\"tokens\" : -1", "tokens");
    assertHostile("\"tokens\" : 104", "\"tokens\" : \"many\"", "tokens");
    assertHostile("\"tokens\" : 104", "\"tokens\" : 95", "blocks");
    assertHostile("\"tokens\" : 104", "\"tokens\" : 103", "size");
    assertHostile("\"tokens\" : 104", "\"tokens\" : null", "tokens");
    assertHostile("\"blocks\" : 3", "\"blocks\" : 4", "blocks: expected 0 to 3");
    assertHostile("\"blocks\" : 3", "\"blocks\" : 2", "size");
    assertHostile("\"blocks\" : 3", "\"blocks\" : -3", "blocks");
    assertHostile("\"blocks\" : 3", "\"block\" : 3", "blocks: expected 0 to 3", "no such key");
    assertHostile("\"layers\" : 3", "\"layers\" : 0", "layers");
    assertHostile("\"flavour\" : \"turned\"", "\"flavour\" : [1]", "flavour");
    assertHostile("\"flavour\" : \"turned\",", "", "flavour");
    assertHostile("\"digest\" :", "\"digest\" : [[[[", "content");
    assertHostile("\"digest\" :", "\"digest\" : " + "[".repeat(5000), "content");
    assertHostile("{", "[", "content");
    assertHostile("}", "} {}", "content");
    Path file = saved();
    byte[] bytes = Files.readAllBytes(file);
    for (int length : List.of(-1, 0, 1, Integer.MIN_VALUE, Integer.MAX_VALUE, 1 << 17)) {
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(12, length);
      Files.write(file, bytes);
      assertRefused(file, "header");
    }
  }

  private void assertHostile(String part, String replacement, String... words) throws IOException {
    Path file = saved();
    ByteBuffer before = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int length = before.getInt(12);
    String json = new String(before.array(), 20, length, StandardCharsets.UTF_8);
    assertThat(json).contains(part);
    byte[] changed = json.replace(part, replacement).getBytes(StandardCharsets.UTF_8);
    CRC32C crc = new CRC32C();
    crc.update(changed);
    int rest = before.capacity() - 20 - length;
    ByteBuffer after =
        ByteBuffer.allocate(20 + changed.length + rest)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(before.array(), 0, 12)
            .putInt(changed.length)
            .putInt((int) crc.getValue())
            .put(changed)
            .put(before.array(), 20 + length, rest);
    CRC32C whole = new CRC32C();
    whole.update(after.array(), 0, after.capacity() - 4);
    after.putInt(after.capacity() - 4, (int) whole.getValue());
    Files.write(file, after.array());
    assertRefused(file, words);
  }

  @Test
  void negativeIdsAreRefused() {
    Path file = folder.resolve("session");
    try (BlockPool pool = new BlockPool(LAYOUT, 8);
        SequenceCache cache = new SequenceCache(pool)) {
      SavedSequence.write(file, MODEL, "", new int[] {3, -7}, cache);
    }
    assertRefused(file, "tokens: expected ids that are not negative, found -7");
  }
}
