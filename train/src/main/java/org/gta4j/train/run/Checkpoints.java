package org.gta4j.train.run;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.gta4j.checkpoint.AtomicOutput;
import org.gta4j.checkpoint.Checkpoint;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.Folders;
import org.gta4j.checkpoint.HuggingFaceFolder;
import org.gta4j.checkpoint.Json;
import org.gta4j.checkpoint.SafetensorsWriter;
import org.gta4j.checkpoint.TensorTypes;
import org.gta4j.tensor.DType;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.optim.AdamW;
import org.gta4j.train.optim.Moments;
import org.gta4j.train.torch.Memory;
import org.gta4j.train.torch.NotEnoughMemoryException;
import org.gta4j.train.workers.WorkerException;
import org.gta4j.train.workers.Workers;
import tools.jackson.databind.node.ObjectNode;

/**
 * A training's checkpoints: folders {@code step-N}, each a model that the engine loads, with the
 * optimizer's moments and the state beside it; of a model that is adapted, its adapters as PEFT has
 * them. One appears whole or not at all: it is written beside its place and moved.
 *
 * <p>The newest are kept, and the one with the lowest validation loss.
 */
public final class Checkpoints {
  private static final String PREFIX = "step-";
  private static final String UNFINISHED = ".unfinished-";
  private static final String OPTIMIZER = "optimizer.safetensors";
  private static final String MODEL = "model.safetensors";
  private static final String TRAINING = "training.json";
  private static final String CHECKSUMS = "checksums";

  private final Path folder;
  private final int kept;
  private final Map<String, byte[]> tokenizer;

  /**
   * The checkpoints in a folder, which is made when the first is saved.
   *
   * @param kept how many of the newest are kept
   * @param tokenizer the tokenizer's files by their names, written into each
   */
  public Checkpoints(Path folder, int kept, Map<String, byte[]> tokenizer) {
    if (kept < 1) {
      throw new IllegalArgumentException("checkpoints: expected to keep at least 1, found " + kept);
    }
    this.folder = folder;
    this.kept = kept;
    this.tokenizer = Map.copyOf(tokenizer);
  }

  /** The folder of a step's checkpoint. */
  public Path of(long step) {
    return folder.resolve(String.format(Locale.ROOT, "%s%08d", PREFIX, step));
  }

  /** All there are, the oldest first. */
  public List<Path> all() {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> step(file) >= 0 && Files.isDirectory(file))
          .sorted(Comparator.comparingLong(Checkpoints::step))
          .toList();
    } catch (IOException e) {
      throw new CheckpointException("%s: cannot be read: %s".formatted(folder, e.getMessage()), e);
    }
  }

  /** The newest, if there is one. */
  public Optional<Path> newest() {
    List<Path> all = all();
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
  }

  private static long step(Path file) {
    String name = String.valueOf(file.getFileName());
    if (!name.matches(PREFIX + "\\d{1,18}")) {
      return -1;
    }
    return Long.parseLong(name.substring(PREFIX.length()));
  }

  /**
   * Saves a state, and deletes what need not be kept any more.
   *
   * @param validation the validation loss of exactly these parameters, if it was measured
   * @throws TrainingException if it cannot be written: nothing is left of it, and the message names
   *     the last one that is there
   * @throws WorkerException if moments are several workers', and one of them is lost
   */
  public Path save(
      TrainingRecord record, Parameters parameters, Moments moments, Optional<Double> validation) {
    Path place = of(record.state().step());
    Path unfinished = folder.resolve(UNFINISHED + UUID.randomUUID());
    try {
      Files.createDirectories(folder);
      deleteUnfinished();
      if (parameters.lora().isPresent()) {
        Files.createDirectory(unfinished);
        AdapterFiles.write(unfinished, parameters, parameters.lora().get());
      } else {
        writeModel(unfinished, parameters);
      }
      SafetensorsWriter.write(
          unfinished.resolve(OPTIMIZER), moments.shapes(), sink -> moments.write(sink::accept));
      ObjectNode json = record.toJson();
      validation.ifPresent(loss -> json.put("validation_loss", loss));
      ObjectNode checksums = json.putObject(CHECKSUMS);
      for (String name : checked(parameters)) {
        checksums.put(name, Checksum.of(unfinished.resolve(name)));
      }
      byte[] bytes = Json.toBytes(json);
      AtomicOutput.write(unfinished.resolve(TRAINING), bytes);
      force(unfinished);
      delete(place); // of an earlier run over the same steps
      Files.move(unfinished, place, StandardCopyOption.ATOMIC_MOVE);
      force(folder);
    } catch (IOException | CheckpointException e) {
      deleteQuietly(unfinished);
      throw new TrainingException(
          "step %d: the checkpoint cannot be written: %s. %s"
              .formatted(record.state().step(), e.getMessage(), lastGood()),
          e);
    } catch (WorkerException e) {
      deleteQuietly(unfinished);
      throw e;
    }
    prune();
    return place;
  }

  private static List<String> checked(Parameters parameters) {
    return List.of(parameters.lora().isPresent() ? AdapterFiles.TENSORS : MODEL, OPTIMIZER);
  }

  private void writeModel(Path to, Parameters parameters) {
    HuggingFaceFolder.write(
        to,
        parameters.config().source().json(),
        parameters.views(),
        TensorTypes.all(DType.F32),
        Long.MAX_VALUE,
        tokenizer,
        (bytes, all) -> {});
  }

  /**
   * Writes the model that adapters make of the one they adapt, with its tokenizer. It is among the
   * checkpoints, and gone after {@link #deleteUnfinished}.
   *
   * @return its folder
   * @throws TrainingException if it cannot be written, or there is no memory for its weights
   */
  public Path merged(Parameters parameters) {
    return merged(parameters::merged);
  }

  /** The same of whatever makes the model, which is closed. */
  Path merged(Supplier<Parameters> model) {
    Path place = folder.resolve(UNFINISHED + UUID.randomUUID());
    try (Parameters merged = model.get()) {
      Files.createDirectories(folder);
      deleteUnfinished();
      writeModel(place, merged);
    } catch (NotEnoughMemoryException e) {
      throw new TrainingException(
          "adapters cannot be added to the model's weights: %s. End what else takes memory, or give PEFT the adapters and the model. %s"
              .formatted(e.getMessage(), lastGood()),
          e);
    } catch (IOException | CheckpointException e) {
      deleteQuietly(place);
      throw new TrainingException(
          "the model cannot be written: %s. %s".formatted(e.getMessage(), lastGood()), e);
    }
    return place;
  }

  /** In words, what a training that ends here can go on from. */
  public String lastGood() {
    return newest()
        .map(path -> "The last checkpoint is " + path + ", complete; --resume goes on from it")
        .orElse("There is no checkpoint yet");
  }

  /** A folder is on the disk once its entries are; its files were forced one by one. */
  private static void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private void prune() {
    List<Path> all = all();
    Optional<Path> best = best(all);
    for (Path path : all.subList(0, Math.max(0, all.size() - kept))) {
      if (best.isEmpty() || !best.get().equals(path)) {
        deleteQuietly(path);
      }
    }
  }

  /** The checkpoint with the lowest validation loss. */
  public Optional<Path> best() {
    return best(all());
  }

  private static Optional<Path> best(List<Path> all) {
    Path best = null;
    double lowest = Double.POSITIVE_INFINITY;
    for (Path path : all) {
      double loss = validationLoss(path);
      if (loss < lowest) {
        lowest = loss;
        best = path;
      }
    }
    return Optional.ofNullable(best);
  }

  private static double validationLoss(Path checkpoint) {
    try {
      return Json.readObject(checkpoint.resolve(TRAINING))
          .path("validation_loss")
          .asDouble(Double.POSITIVE_INFINITY);
    } catch (CheckpointException e) {
      return Double.POSITIVE_INFINITY; // damaged: said when somebody wants to go on from it
    }
  }

  /**
   * Reads a checkpoint's record.
   *
   * @throws CheckpointException if it is damaged
   */
  public static TrainingRecord record(Path checkpoint) {
    Path file = checkpoint.resolve(TRAINING);
    return TrainingRecord.read(file.toString(), Json.readObject(file));
  }

  /**
   * Reads parameters, and all moments into an optimizer that keeps all of them.
   *
   * @throws CheckpointException if a file is damaged or of another model; then some numbers may
   *     have been read already
   */
  public static void load(Path checkpoint, Parameters parameters, AdamW optimizer) {
    load(checkpoint, parameters);
    try (SavedMoments saved = moments(checkpoint, optimizer)) {
      new SharedAdamW(Workers.alone(), optimizer).take(Optional.of(saved));
    }
  }

  /**
   * Reads parameters, and makes sure that the moments beside them are as they were written.
   *
   * @throws CheckpointException if a file is damaged or of another model; then some numbers may
   *     have been read already
   */
  public static void load(Path checkpoint, Parameters parameters) {
    Path training = checkpoint.resolve(TRAINING);
    ObjectNode json = Json.readObject(training);
    for (String name : checked(parameters)) {
      String expected = json.path(CHECKSUMS).path(name).asString("");
      String found = Checksum.of(checkpoint.resolve(name));
      if (!expected.equals(found)) {
        throw CheckpointException.of(
            checkpoint.resolve(name).toString(),
            "checksum",
            expected.isEmpty() ? "one in " + training : expected,
            found + "; the checkpoint is damaged: delete its folder to go on from an earlier one");
      }
    }
    if (parameters.lora().isPresent()) {
      AdapterFiles.read(checkpoint, parameters);
      return;
    }
    try (Checkpoint model = Checkpoint.open(checkpoint)) {
      parameters
          .all()
          .forEach((name, tensor) ->
              Memory.copy(model.weights().get(name, Memory.sizes(tensor)), tensor));
    }
  }

  /**
   * The moments of a checkpoint, mapped.
   *
   * @param wanted names and shapes
   * @throws CheckpointException if one is missing, or of another shape
   */
  public static SavedMoments moments(Path checkpoint, Moments wanted) {
    return new SavedMoments(checkpoint.resolve(OPTIMIZER), wanted.shapes());
  }

  /** Deletes what was left where a process was ended while it saved. */
  public void deleteUnfinished() {
    if (!Files.isDirectory(folder)) {
      return;
    }
    List<Path> unfinished = new ArrayList<>();
    try (var files = Files.newDirectoryStream(folder, UNFINISHED + "*")) {
      files.forEach(unfinished::add);
    } catch (IOException e) {
      return; // a wish for tidiness; whatever is wrong here, saving says
    }
    unfinished.forEach(Checkpoints::deleteQuietly);
  }

  private static void deleteQuietly(Path path) {
    try {
      delete(path);
    } catch (IOException e) {
      // What is too much on the disk is no reason to end a training.
    }
  }

  /** Under another name first, so that no half of a checkpoint is taken for a whole one. */
  private static void delete(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    Path doomed = path.resolveSibling(UNFINISHED + UUID.randomUUID());
    Files.move(path, doomed, StandardCopyOption.ATOMIC_MOVE);
    Folders.delete(doomed);
  }
}
