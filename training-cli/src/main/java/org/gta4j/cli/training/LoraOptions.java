package org.gta4j.cli.training;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.gta4j.cli.Check;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Setting;
import org.gta4j.cli.UsageException;
import org.gta4j.cli.Verb;
import org.gta4j.model.ModelConfig;
import org.gta4j.train.block.Lora;
import org.gta4j.train.run.AdapterFiles;

/** The options that say whether and how a model is adapted by small matrices beside its own. */
final class LoraOptions {
  private final Setting<Integer> rank =
      Setting.integer(
          "--lora",
          "RANK",
          "Train two small matrices of this rank beside each layer's own, which stays as it is (LoRA).");
  private final Setting<Double> alpha =
      Setting.number(
          "--lora-alpha", "X", "How much they count, in parts of the rank (default: twice the rank).");
  private final Setting<String> targets =
      Setting.text(
          "--lora-targets",
          "NAME,...",
          "Which layers, such as q_proj,v_proj (default: all linear layers but the head).");
  private final Setting<String> adapterOut =
      Setting.text(
          "--adapter-out",
          "FOLDER",
          "Write the matrices by themselves too, as PEFT's adapter_model.safetensors.");

  void addTo(Verb verb) {
    verb.add(rank, alpha, targets, adapterOut);
  }

  /** How a model is adapted; empty where all of it is trained. */
  Optional<Lora> of(ModelConfig config) {
    if (!rank.isGiven()) {
      for (Setting<?> other : List.of(alpha, targets, adapterOut)) {
        if (other.isGiven()) {
          throw UsageException.of(other.name(), "--lora RANK beside it", "none");
        }
      }
      return Optional.empty();
    }
    int size = Check.count(rank, 1, 1);
    try {
      Lora lora =
          new Lora(
              size,
              alpha.or(2.0 * size),
              targets
                  .value()
                  .map(list -> List.of(list.split(",", -1)))
                  .orElseGet(() -> Lora.usualTargets(config)));
      lora.layers(config);
      return Optional.of(lora);
    } catch (IllegalArgumentException e) {
      throw UsageException.of(e);
    }
  }

  /**
   * Where the matrices go by themselves, if anywhere.
   *
   * @param replaced whether files that are there may be replaced
   */
  Optional<Path> adapterFolder(boolean replaced) {
    if (!adapterOut.isGiven()) {
      return Optional.empty();
    }
    Path folder = Check.path(adapterOut);
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw new RefusedException("--adapter-out: %s is a file".formatted(folder));
    }
    if (!replaced && Files.exists(folder.resolve(AdapterFiles.TENSORS))) {
      throw new RefusedException(
          "--adapter-out: %s is there already: choose another folder"
              .formatted(folder.resolve(AdapterFiles.TENSORS)));
    }
    return Optional.of(folder);
  }
}
