package org.gta4j.train.variant;

import org.bytedeco.pytorch.Tensor;
import org.gta4j.train.block.Heads;
import org.gta4j.train.block.Linear;
import org.gta4j.train.block.Parameters;
import org.gta4j.train.block.Precision;

/**
 * The projections most variants begin and end with: queries, keys and values from the hidden state,
 * and the output.
 *
 * @param query {@code q_proj}
 * @param key {@code k_proj}
 * @param value {@code v_proj}
 * @param output {@code o_proj}
 */
record Projections(Linear query, Linear key, Linear value, Linear output) {
  static Projections of(Parameters.Group parameters, Precision precision) {
    return new Projections(
        parameters.linear("q_proj", precision),
        parameters.linear("k_proj", precision),
        parameters.linear("v_proj", precision),
        parameters.linear("o_proj", precision));
  }

  /** What the projections read. */
  Tensor input(Tensor x) {
    return query.precision().input(x);
  }

  /** The heads of a projection of {@code input}, [B, T, heads, d], f32. */
  Tensor heads(Linear projection, Tensor input, int heads) {
    return Heads.split(projection.precision().full(projection.apply(input)), heads);
  }
}
