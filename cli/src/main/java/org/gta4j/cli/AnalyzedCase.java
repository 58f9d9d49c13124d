package org.gta4j.cli;

import java.util.List;
import org.gta4j.cost.Operation;
import org.gta4j.cost.StepSize;

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
        machine.work(model, StepSize.prompt(batch, context)),
        machine.work(model, StepSize.decode(batch, context)));
  }

  /** Seconds of reading the prompts. */
  double prefillSeconds() {
    return machine.prompt().seconds(prefill);
  }

  /** Seconds of a token for each sequence. */
  double decodeSeconds() {
    return machine.decode().seconds(decode);
  }
}
