package org.gta4j.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.gta4j.checkpoint.Json;
import org.gta4j.checkpoint.SafetensorsPieces;
import org.gta4j.generate.LanguageModel;
import org.gta4j.model.ModelConfig;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tensor.Shape;
import tools.jackson.databind.node.ObjectNode;

/**
 * {@code gta logits}.
 *
 * <p>Shape legend: T tokens, V vocabulary, H hidden size, L layers.
 */
final class LogitsVerb extends Verb {
  private final PromptOptions prompt = new PromptOptions(this);
  private final Setting<String> out =
      Setting.required("--out", "FILE", "The safetensors file to write.");
  private final Setting<Boolean> hidden =
      Setting.flag(
          "--hidden",
          "Also write hidden.0 (the embeddings) to hidden.L (after the final norm), each [T, H].");
  private final ModelOptions options;

  LogitsVerb() {
    super(
        "logits",
        "--out FILE.safetensors [OPTION]... [PROMPT]",
        List.of(
            "Writes what a model computes after every token of a prompt to a file.",
            "The safetensors file has logits [T, V] in f32, with --hidden also the hidden states."),
        List.of(
            "gta logits \"Once upon a time\" --out logits.safetensors",
            "gta logits --model FOLDER --ids 1,403,407 --hidden --cache-type f32 --out states.safetensors"));
    add(out, hidden);
    options = new ModelOptions(this, "f32"); // who looks at logits wants them as they are
  }

  @Override
  public void run(Terminal terminal) {
    prompt.check();
    Path file = Check.path(out);
    requireOther(file);
    try (LoadedModel loaded = options.load(terminal)) {
      LanguageModel model = loaded.model();
      int[] ids = prompt.encode(model);
      MemoryCheck.cache(terminal, model, options, ids.length);
      SequencedMap<String, Shape> tensors = tensors(model.config(), ids.length);
      SafetensorsPieces.write(
          file, DType.F32, tensors, pieces -> compute(terminal, model, ids, pieces));
      long bytes = tensors.values().stream().mapToLong(s -> DType.F32.bytes(s.elements())).sum();
      if (options.isJson()) {
        ObjectNode json = Json.object();
        json.put("out", file.toString());
        json.put("tokens", ids.length);
        json.put("vocab_size", model.config().vocabSize());
        json.put("bytes", bytes);
        terminal.line(json.toString());
      } else {
        terminal.line("%s: %s".formatted(file, describe(tensors)));
      }
    }
  }

  /** What is read here must not be written: a model of which only logits are left is lost. */
  private void requireOther(Path file) {
    if (Files.isRegularFile(file) && (options.reads(file) || prompt.reads(file))) {
      throw new RefusedException(
          file + ": expected another file than those that are read here, found one of them");
    }
  }

  private SequencedMap<String, Shape> tensors(ModelConfig config, int length) {
    SequencedMap<String, Shape> tensors = new LinkedHashMap<>();
    tensors.put("logits", Shape.of(length, config.vocabSize()));
    for (int index = 0; hidden.or(false) && index <= config.numHiddenLayers(); index++) {
      tensors.put("hidden." + index, Shape.of(length, config.hiddenSize()));
    }
    return tensors;
  }

  private void compute(Terminal terminal, LanguageModel model, int[] ids, SafetensorsPieces file)
      throws IOException {
    Writer writer = new Writer(file);
    try (Progress progress = new Progress(terminal, "computing logits", ids.length, "tokens")) {
      model.score(
          ids,
          (position, logits, row) -> {
            writer.logits(position, logits, row);
            progress.at(position + 1);
          },
          (index, states, rows) -> {
            if (hidden.or(false)) {
              writer.hidden(index, states, rows);
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    if (writer.tokensNotFinite > 0) {
      terminal.say(
          "the logits of %d of %d tokens are not all finite numbers: %s"
              .formatted(writer.tokensNotFinite, ids.length, model.whyNotFinite()));
    }
  }

  private static String describe(SequencedMap<String, Shape> tensors) {
    StringBuilder text = new StringBuilder("logits " + tensors.get("logits"));
    if (tensors.size() > 1) {
      String last = tensors.lastEntry().getKey();
      text.append(", hidden.0 to %s %s".formatted(last, tensors.get(last)));
    }
    return text.toString();
  }

  /** Puts rows where they belong while they are computed, so that nothing is kept. */
  private static final class Writer {
    private final SafetensorsPieces file;
    private int begin;
    private int tokensNotFinite;

    Writer(SafetensorsPieces file) {
      this.file = file;
    }

    /** A chunk's hidden states come before its logits. */
    void hidden(int index, FloatMatrix states, int rows) {
      for (int row = 0; row < rows; row++) {
        put("hidden." + index, begin + row, states, row);
      }
    }

    void logits(int position, FloatMatrix logits, int row) {
      put("logits", position, logits, row);
      begin = position + 1;
      if (!isFinite(logits, row)) {
        tokensNotFinite++;
      }
    }

    private static boolean isFinite(FloatMatrix logits, int row) {
      for (int id = 0; id < logits.columns(); id++) {
        if (!Float.isFinite(logits.get(row, id))) {
          return false;
        }
      }
      return true;
    }

    private void put(String tensor, int position, FloatMatrix matrix, int row) {
      try {
        file.put(
            tensor,
            (long) position * matrix.columns(),
            matrix.data().asSlice(matrix.rowByte(row), (long) matrix.columns() * Float.BYTES));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
