package org.gta4j.robustness;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Damages what a folder holds: the index of shards, llama2.c's files, files as a whole. */
final class FolderMutator {
  private FolderMutator() {}

  /** Another index of the shards. */
  static Specimen index(Specimen specimen, Chance chance) {
    byte[] bytes = specimen.bytes(TinyModels.INDEX);
    JsonText map = JsonText.parse(JsonText.parse(bytes).get("weight_map"));
    if (map.members().isEmpty()) {
      return specimen;
    }
    String name = chance.of(map.keys());
    String target =
        chance.oneOf(
            "\"missing.safetensors\"",
            "\"/etc/passwd\"",
            "\"../model.safetensors\"",
            "\"..\"",
            "\".\"",
            "\"\"",
            "\"config.json\"",
            "\"model.safetensors.index.json\"",
            "\"a/b\"",
            "\"a\\\\b\"",
            "\"\\u0000\"",
            "\"\u00e9\"",
            "\"\\ud800\"",
            "\"folder\"",
            "\"loop\"",
            "null",
            "1",
            "[]",
            "{}",
            "\"model-00001-of-00002.safetensors\"",
            "\"model-00002-of-00002.safetensors\"",
            "\"" + "x".repeat(300) + "\"",
            "\"./model-00001-of-00002.safetensors\"",
            "\"line\\nbreak\"");
    JsonText changed =
        switch (chance.below(6)) {
          case 0 -> map.without(name);
          case 1 -> map.plus(name, target);
          case 2 -> map.plus("another", target);
          default -> map.with(name, target);
        };
    String value = chance.onceIn(8) ? chance.oneOf("[]", "{}", "null", "1") : changed.toString();
    Specimen written =
        specimen
            .with("folder", new Specimen.Node.Folder())
            .with("loop", new Specimen.Node.Link("loop"));
    return chance.onceIn(8)
        ? written.with(TinyModels.INDEX, ByteMutator.mutate(bytes, chance))
        : written.with(TinyModels.INDEX, JsonText.parse(bytes).with("weight_map", value).bytes());
  }

  /** Another llama2.c model or tokenizer. */
  static Specimen binary(Specimen specimen, Chance chance) {
    List<String> files = specimen.named(".bin");
    if (files.isEmpty()) {
      return specimen;
    }
    String file = chance.of(files);
    byte[] bytes = specimen.bytes(file).clone();
    if (bytes.length < 28 || chance.onceIn(4)) {
      return specimen.with(file, ByteMutator.mutate(bytes, chance));
    }
    ByteBuffer fields = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    boolean model = file.equals("model.bin");
    int at = model ? chance.below(7) * 4 : chance.below(bytes.length / 4) * 4;
    int before = fields.getInt(at);
    fields.putInt(
        at,
        chance.oneOf(
            0,
            1,
            -1,
            2,
            3,
            before + 1,
            before - 1,
            before * 2,
            before / 2,
            -before,
            1 << 16,
            1 << 24,
            Integer.MAX_VALUE,
            Integer.MIN_VALUE,
            0x616b3432,
            0x7FC00000));
    if (model && chance.onceIn(3)) {
      bytes = ByteMutator.random(bytes, chance.below(bytes.length), 64, chance);
    }
    return specimen.with(file, bytes);
  }

  /** A file that is gone, or something else than a file. */
  static Specimen files(Specimen specimen, Chance chance) {
    String file = chance.of(List.copyOf(specimen.files().keySet()));
    String other = chance.of(List.copyOf(specimen.files().keySet()));
    return switch (chance.below(9)) {
      case 0 -> specimen.without(file);
      case 1 -> specimen.with(file, new Specimen.Node.Folder());
      case 2 -> specimen.with(file, new Specimen.Node.Link(file));
      case 3 -> specimen.with(file, new Specimen.Node.Link("missing"));
      case 4 -> specimen.with(file, new Specimen.Node.Link("/dev/zero"));
      case 5 -> specimen.with(file, new Specimen.Node.Link(other));
      case 6 -> specimen.with(file, specimen.bytes(other));
      case 7 -> specimen.with(file, ByteMutator.mutate(specimen.bytes(file), chance));
      default ->
          specimen.with(
              chance.oneOf(
                  TinyModels.WEIGHTS, TinyModels.INDEX, TinyModels.TOKENIZER, "tokenizer.json"),
              ByteMutator.mutate(specimen.bytes(file), chance));
    };
  }
}
