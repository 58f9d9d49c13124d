package org.gta4j.cli.training;

import java.util.Locale;
import java.util.Optional;
import org.gta4j.cli.RefusedException;
import org.gta4j.model.ModelConfig;
import org.gta4j.train.block.Lora;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.run.Checksum;
import org.gta4j.train.torch.NotEnoughMemoryException;

/**
 * What a training begins with.
 *
 * @param parameters the parameters before the first step
 * @param origin what tells them from others, behind the data's fingerprint: a resumed training
 *     compares it. Empty where plan and configuration say all
 */
record FirstParameters(Parameters parameters, String origin) {
  private static final double DEVIATION = 0.02; // as the paper's models begin

  /**
   * Random numbers.
   *
   * @throws RefusedException if there is not enough memory
   */
  static FirstParameters random(ModelConfig config, long seed) {
    try {
      return new FirstParameters(Parameters.random(config, seed, DEVIATION), "");
    } catch (NotEnoughMemoryException e) {
      throw tooLarge(e);
    }
  }

  /** That a training cannot begin, which the system found out before its first step. */
  static RefusedException tooLarge(NotEnoughMemoryException e) {
    return new RefusedException(
        "%s before the first step: train a smaller model, or end what else takes memory"
            .formatted(e.getMessage()),
        e);
  }

  /**
   * A model's, perhaps with adapters.
   *
   * @param seed of the adapters' first numbers
   * @throws RefusedException if there is not enough memory
   */
  static FirstParameters of(BaseModel model, Optional<Lora> lora, long seed) {
    try {
      return read(model, lora, seed);
    } catch (NotEnoughMemoryException e) {
      throw tooLarge(e);
    }
  }

  private static FirstParameters read(BaseModel model, Optional<Lora> lora, long seed) {
    Parameters parameters = Parameters.of(model.config(), model.checkpoint().weights());
    String origin =
        String.format(
            Locale.ROOT,
            ", from a model with checksum %08x",
            Checksum.of(parameters.views().values()));
    if (lora.isPresent()) {
      parameters.adapt(lora.get(), seed);
      origin +=
          String.format(
              Locale.ROOT,
              ", LoRA of rank %d, alpha %s, on %s",
              lora.get().rank(),
              lora.get().alpha(),
              String.join(",", lora.get().targets()));
    }
    return new FirstParameters(parameters, origin);
  }
}
