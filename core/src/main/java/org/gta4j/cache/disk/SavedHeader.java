package org.gta4j.cache.disk;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.CRC32C;
import org.gta4j.attention.AttentionShape;
import org.gta4j.cache.CacheLayout;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.ConfigFile;
import org.gta4j.checkpoint.InputFile;
import org.gta4j.checkpoint.Json;
import org.gta4j.checkpoint.ModelFingerprint;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a file of a saved sequence begins with.
 *
 * <pre>
 * 8 bytes   gta4jseq
 * i32       version of the format, {@value #VERSION}
 * i32       bytes of the JSON
 * i32       CRC-32C of the JSON
 * JSON      which model, which layout, how much
 * </pre>
 *
 * @param model whose keys and values they are
 * @param layout what a block holds
 * @param flavour what keys and values depend on besides the ids, as the caller calls it
 * @param tokens how many ids there are
 * @param blocks how many blocks there are, of the first ids
 */
record SavedHeader(
    ModelFingerprint model, CacheLayout layout, String flavour, int tokens, int blocks) {
  private static final byte[] MAGIC = {'g', 't', 'a', '4', 'j', 's', 'e', 'q'};
  private static final int VERSION = 1;
  private static final int FIXED_BYTES = MAGIC.length + 3 * Integer.BYTES;

  /** Names are all that could make it long. */
  private static final int MAX_JSON_BYTES = 1 << 16;

  /** A part of the layout by its name in the file. */
  private record Field(String key, int value) {}

  private static Field[] fields(CacheLayout layout) {
    AttentionShape shape = layout.shape();
    return new Field[] {
      new Field("layers", layout.layers()),
      new Field("maps", shape.maps()),
      new Field("key_heads", shape.keyHeads()),
      new Field("key_dim", shape.keyDim()),
      new Field("value_heads", shape.valueHeads()),
      new Field("value_dim", shape.valueDim()),
      new Field("block_tokens", CacheLayout.BLOCK_TOKENS)
    };
  }

  private static String valueRows(CacheLayout layout) {
    return layout.shape().valueRows().name().toLowerCase(Locale.ROOT);
  }

  /** The header's bytes. */
  byte[] toBytes() {
    ObjectNode json = Json.object();
    json.put("model", model.name());
    json.put("digest", model.digest());
    json.put("cache_type", layout.type().label());
    json.put("value_rows", valueRows(layout));
    for (Field field : fields(layout)) {
      json.put(field.key(), field.value());
    }
    json.put("flavour", flavour);
    json.put("tokens", tokens);
    json.put("blocks", blocks);
    byte[] text = Json.toBytes(json);
    if (text.length > MAX_JSON_BYTES) {
      throw new IllegalArgumentException(
          "expected names of less than %d bytes in all, found %d"
              .formatted(MAX_JSON_BYTES, text.length));
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(FIXED_BYTES + text.length).order(ByteOrder.LITTLE_ENDIAN);
    return bytes
        .put(MAGIC)
        .putInt(VERSION)
        .putInt(text.length)
        .putInt(checksum(text))
        .put(text)
        .array();
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  /**
   * Reads the header's bytes, the fixed ones and the JSON.
   *
   * @throws CheckpointException if they are no header, or damaged
   */
  static byte[] readBytes(String name, InputFile file) {
    if (file.size() < FIXED_BYTES) {
      throw CheckpointException.of(
          name,
          "size",
          "a saved sequence of at least %d bytes".formatted(FIXED_BYTES),
          file.size());
    }
    ByteBuffer fixed = ByteBuffer.wrap(file.read(0, FIXED_BYTES)).order(ByteOrder.LITTLE_ENDIAN);
    for (byte expected : MAGIC) {
      if (fixed.get() != expected) {
        throw new CheckpointException(
            name + ": content: expected a saved sequence, found another kind of file");
      }
    }
    int version = fixed.getInt();
    if (version != VERSION) {
      throw CheckpointException.of(name, "version", String.valueOf(VERSION), version);
    }
    int length = fixed.getInt();
    if (length < 2 || length > Math.min(MAX_JSON_BYTES, file.size() - FIXED_BYTES)) {
      throw CheckpointException.of(
          name,
          "header",
          "2 to %d bytes".formatted(Math.min(MAX_JSON_BYTES, file.size() - FIXED_BYTES)),
          length);
    }
    int checksum = fixed.getInt();
    byte[] bytes = file.read(0, FIXED_BYTES + length);
    if (checksum(json(bytes)) != checksum) {
      throw CheckpointException.of(
          name, "header", "the checksum %08x".formatted(checksum), "damaged bytes");
    }
    return bytes;
  }

  private static byte[] json(byte[] header) {
    return Arrays.copyOfRange(header, FIXED_BYTES, header.length);
  }

  /**
   * What a header says.
   *
   * @param header all its bytes
   * @param model whose keys and values are wanted
   * @param layout what a block has to hold
   * @throws CheckpointException if it is of another model or another layout, or makes no sense
   */
  static SavedHeader parse(String name, byte[] header, ModelFingerprint model, CacheLayout layout) {
    ConfigFile json = ConfigFile.of(name, Json.readObject(name, json(header)));
    String digest = text(json, "digest");
    if (!digest.equals(model.digest())) {
      throw json.wrong(
          "model",
          "%s (%s)".formatted(model.name(), brief(model.digest())),
          "%s (%s)".formatted(text(json, "model"), brief(digest)));
    }
    requireText(json, "cache_type", layout.type().label());
    requireText(json, "value_rows", valueRows(layout));
    for (Field field : fields(layout)) {
      int found = json.size(field.key());
      if (found != field.value()) {
        throw json.wrong(field.key(), String.valueOf(field.value()), found);
      }
    }
    int tokens = json.count("tokens", -1);
    int blocks = json.count("blocks", -1);
    if (tokens < 0) {
      throw json.wrong("tokens", "how many there are", "no such key");
    }
    if (blocks < 0 || blocks > tokens / CacheLayout.BLOCK_TOKENS) {
      throw json.wrong(
          "blocks",
          "0 to %d, of %d tokens".formatted(tokens / CacheLayout.BLOCK_TOKENS, tokens),
          blocks < 0 ? "no such key" : blocks);
    }
    return new SavedHeader(model, layout, text(json, "flavour"), tokens, blocks);
  }

  private static String text(ConfigFile json, String key) {
    return json.text(key).orElseThrow(() -> json.wrong(key, "a text", "no such key"));
  }

  private static void requireText(ConfigFile json, String key, String expected) {
    String found = text(json, key);
    if (!found.equals(expected)) {
      throw json.wrong(key, expected, found);
    }
  }

  /** As much of a digest as tells people that two are not the same. */
  private static String brief(String digest) {
    return digest.length() <= 12 ? digest : digest.substring(0, 12);
  }
}
