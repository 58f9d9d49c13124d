package org.gta4j.cli.training;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.gta4j.checkpoint.AtomicOutput;
import org.gta4j.cli.RefusedException;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.run.AdapterFiles;
import org.gta4j.train.run.Checkpoints;
import org.gta4j.train.run.TrainingException;

/**
 * What a training that is done makes of its folder: a model that other verbs load.
 *
 * @param folder the training's
 * @param parameters after the last step
 * @param tokenizer the tokenizer's files by their names
 * @param checkpoints of the training
 */
record FinishedModel(
    Path folder, Parameters parameters, Map<String, byte[]> tokenizer, Checkpoints checkpoints) {
  /** The folder of adapters by themselves, where a model was adapted. */
  private static final String ADAPTER = "adapter";

  /**
   * The last checkpoint's files become the folder's own; of adapters those of the model that they
   * make, and theirs lie beside it. The configuration comes last.
   *
   * @throws RefusedException if something cannot be written, or there is no memory for the model
   *     that adapters make
   */
  void publish(Path last) {
    Path model = last;
    if (parameters.lora().isPresent()) {
      publishAdapter(last); // first: it takes no memory, and is of use by itself
      model = merged();
    }
    List<String> names = new ArrayList<>(tokenizer.keySet());
    names.add("model.safetensors");
    names.add("config.json");
    for (String name : names) {
      copy(model.resolve(name), folder.resolve(name));
    }
    checkpoints.deleteUnfinished();
  }

  private Path merged() {
    try {
      return checkpoints.merged(parameters);
    } catch (TrainingException e) {
      throw new RefusedException(String.valueOf(e.getMessage()), e);
    }
  }

  private void publishAdapter(Path checkpoint) {
    Path place = folder.resolve(ADAPTER);
    try {
      Files.createDirectories(place);
    } catch (IOException e) {
      throw new RefusedException("%s: cannot be made: %s".formatted(place, e.getMessage()), e);
    }
    for (String name : List.of(AdapterFiles.TENSORS, AdapterFiles.CONFIG)) {
      copy(checkpoint.resolve(name), place.resolve(name));
    }
  }

  private static void copy(Path file, Path to) {
    try (FileChannel from = FileChannel.open(file)) {
      AtomicOutput.write(to, channel -> copy(from, channel));
    } catch (IOException e) {
      throw new RefusedException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static void copy(FileChannel from, FileChannel to) throws IOException {
    long size = from.size();
    for (long done = 0; done < size; ) {
      done += from.transferTo(done, size - done, to);
    }
  }
}
