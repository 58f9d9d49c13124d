package org.gta4j.cli;

import java.util.List;
import org.gta4j.cost.Operation;
import org.gta4j.cost.StepSize;
import org.gta4j.cost.StepWork;

/**
 * What it costs a model to read prompts of some length, and to decode after as many tokens.
 *
 * @param model the model
 * @param machine where it runs
 * @param batch sequences
 * @param context tokens of each
 * @param prefill the operations of reading the prompts
 * @param decode those of decoding a token for each
 */
record AnalyzedCase(
    AnalyzedModel model,
    AnalyzedMachine machine,
    int batch,
    int context,
    List<Operation> prefill,
    List<Operation> decode) {
  static AnalyzedCase of(AnalyzedModel model, AnalyzedMachine machine, int batch, int context) {
    return new AnalyzedCase(
        model,
        machine,
        batch,
        context,
        StepWork.of(model.config(), StepSize.prompt(batch, context), machine.rules()),
        StepWork.of(model.config(), StepSize.decode(batch, context), machine.rules()));
  }

  /** Seconds of reading the prompts. */
  double prefillSeconds() {
    return machine.prompt().seconds(prefill);
  }

  /** Seconds of a token for each sequence. */
  double decodeSeconds() {
    return machine.decode().seconds(decode);
  }

  /** {@link #decodeSeconds()} alone. */
  static double decodeSeconds(
      AnalyzedModel model, AnalyzedMachine machine, int batch, int context) {
    StepSize step = StepSize.decode(batch, context);
    return machine.decode().seconds(StepWork.of(model.config(), step, machine.rules()));
  }
}
