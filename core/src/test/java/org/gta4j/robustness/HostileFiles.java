package org.gta4j.robustness;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.gta4j.cache.CacheType;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;
import org.gta4j.generate.Request;
import org.gta4j.generate.Sampling;

/**
 * Files of a few megabytes that were made to take as much memory and time as they can. Each is
 * loaded and run, or refused, and what that took is printed; ends with 1 if it was too much.
 */
final class HostileFiles {
  private static final int FOUR_MIB = 4 << 20;
  private static final long MOST_SECONDS = 5;

  private final Path root;
  private final Specimen tiny = TinyModels.all().getFirst();
  private boolean passed = true;
  private int count;

  private HostileFiles(Path root) {
    this.root = root;
  }

  public static void main(String[] arguments) throws IOException {
    Memory.requireSight();
    HostileFiles files = new HostileFiles(Path.of(arguments[0]));
    files.sizes();
    files.json();
    files.keys();
    files.sparse();
    System.exit(files.passed ? 0 : 1);
  }

  /** Weights that are small against what is computed from them, as the hidden state is narrow. */
  private void sizes() throws IOException {
    //                                   hidden  vocabulary  feed-forward  layers  heads  keys  dim
    size("wide heads", 1, 19, 1, 1, 8, 8, 65_536);
    size("many heads", 1, 19, 1, 1, 65_536, 1, 8);
    size("heads as wide as can be", 64, 19, 1, 1, 8, 8, 512);
    size("heads as many as can be", 64, 19, 1, 1, 2_048, 2_048, 2);
    size("narrow layers, as many as can be", 2, 19, 1, 700, 1, 1, 128);
    size("a large vocabulary", 1, 500_000, 1, 1, 1, 1, 2);
    size("a wide feed-forward network", 1, 19, 300_000, 1, 1, 1, 2);
    size("many layers", 1, 19, 1, 2_000, 1, 1, 2);
  }

  private void size(
      String name,
      int hidden,
      int vocabulary,
      int intermediate,
      int layers,
      int heads,
      int keyHeads,
      int dim)
      throws IOException {
    JsonText config =
        JsonText.parse("{\"architectures\":[\"LlamaForCausalLM\"],\"model_type\":\"llama\"}")
            .with("tie_word_embeddings", "true")
            .with("max_position_embeddings", "2147483647")
            .with("hidden_size", "" + hidden)
            .with("vocab_size", "" + vocabulary)
            .with("intermediate_size", "" + intermediate)
            .with("num_hidden_layers", "" + layers)
            .with("num_attention_heads", "" + heads)
            .with("num_key_value_heads", "" + keyHeads)
            .with("head_dim", "" + dim);
    Specimen specimen;
    try {
      specimen = TinyModels.folder(name, config.toString(), "BF16");
    } catch (CheckpointException e) {
      // Refused for its sizes, so the tensors do not matter.
      specimen = tiny.with(TinyModels.CONFIG, config.bytes());
    }
    attempt(name, specimen);
  }

  private void json() throws IOException {
    for (String part : List.of("[],", "{},", "1234,", "\"a\",", "[", " ", "\0")) {
      String whole = "{\"a\": [" + part.repeat((FOUR_MIB - 64) / part.length());
      json("megabytes of " + part, whole);
      json("megabytes of " + part + " and an end", whole + "0]}");
    }
  }

  private void keys() throws IOException {
    String numbers = object("0");
    json("megabytes of keys", numbers);
    json("megabytes of tensors", "{\"weight_map\":" + numbers + "}");
    json("megabytes of files", "{\"weight_map\":" + object("\"model.safetensors\"") + "}");
    json("megabytes of empty tensors", object(TensorText.tensor("F32", "[0]", 0, 0)));
    json("megabytes of metadata", "{\"__metadata__\":" + numbers + "}");
  }

  private static String object(String value) {
    StringBuilder object = new StringBuilder("{");
    for (int i = 0; object.length() < FOUR_MIB - 256; i++) {
      object.append('"').append(Integer.toString(i, 36)).append("\":").append(value).append(',');
    }
    return object.append("\"last!\":").append(value).append('}').toString();
  }

  /** JSON in each of the places for JSON. */
  private void json(String name, String json) throws IOException {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    attempt(name + ", a configuration", tiny.with(TinyModels.CONFIG, bytes));
    attempt(name + ", an index", tiny.with(TinyModels.INDEX, bytes).without(TinyModels.WEIGHTS));
    byte[] file = TensorText.file(bytes.length, bytes, new byte[0]);
    attempt(name + ", a header", tiny.with(TinyModels.WEIGHTS, file));
  }

  /** A file of 64 GiB, of which the file system keeps nothing and the model uses nothing. */
  private void sparse() throws IOException {
    TensorText text = TensorText.parse(tiny.bytes(TinyModels.WEIGHTS));
    long begin = text.data().length;
    long end = begin + (64L << 30);
    String unused = TensorText.tensor("U8", "[" + (end - begin) + "]", begin, end);
    byte[] bytes = new TensorText(text.header().plus("unused", unused), text.data()).bytes();
    Path folder = Files.createDirectory(root.resolve("sparse"));
    Path model = tiny.with(TinyModels.WEIGHTS, bytes).write(folder);
    try (FileChannel channel =
        FileChannel.open(model.resolve(TinyModels.WEIGHTS), StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.allocate(1), bytes.length + (64L << 30) - 1);
    }
    attempt("a sparse file of 64 GiB", model);
  }

  private void attempt(String name, Specimen specimen) throws IOException {
    attempt(name, specimen.write(Files.createDirectory(root.resolve("model" + count++))));
  }

  private void attempt(String name, Path model) {
    System.gc();
    Memory memory = Memory.begin();
    long begin = System.nanoTime();
    String outcome = outcome(model);
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin);
    long mib = memory.mib();
    boolean much = Memory.isMuch(mib) || seconds > MOST_SECONDS;
    passed &= !much;
    System.out.printf(
        "%s%s: %d MiB, %d s: %s%n", much ? "TOO MUCH: " : "", name, mib, seconds, outcome);
  }

  private static String outcome(Path model) {
    LoadOptions options = new LoadOptions("vector", 2, CacheType.F32, Optional.empty());
    try (LanguageModel loaded = LanguageModel.load(model, options)) {
      int[] prompt = new int[20];
      Sampling sampling = new Sampling(0.8, 40, 0.9, 0.01, 1.1, 1);
      Request request = new Request(prompt, 3, sampling, List.of(), true);
      loaded.generate(request, text -> {});
      loaded.score(prompt, (position, logits, row) -> {}, (index, hidden, rows) -> {});
      return "ran";
    } catch (CheckpointException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
