package org.gta4j.measure;

import java.util.Optional;
import org.gta4j.attention.AttentionMask;
import org.gta4j.attention.AttentionShape;
import org.gta4j.tensor.Heads;

/**
 * Is told what goes into a model's attention while one text is read, layer by layer, in pieces of
 * its tokens. What it is given is overwritten afterwards.
 */
public interface AttentionListener {
  /**
   * Keys and values of {@code rows} tokens, as they are cached but not yet rounded.
   *
   * @param position of the first of them
   * @param values empty where value rows are part of the keys
   */
  void stored(int layer, int position, int rows, Heads keys, Optional<Heads> values);

  /**
   * Queries of the same tokens, after {@link #stored}.
   *
   * @param scale what scores are multiplied by
   */
  void attended(
      int layer,
      int position,
      int rows,
      AttentionShape shape,
      AttentionMask mask,
      float scale,
      Heads queries);
}
