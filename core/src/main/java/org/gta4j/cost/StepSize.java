package org.gta4j.cost;

/**
 * What a step is made of: sequences of one length, each with as many new tokens.
 *
 * @param batch sequences
 * @param tokens new tokens of each
 * @param depth tokens of each that are in the cache before
 */
public record StepSize(int batch, int tokens, long depth) {
  /** Checks that there is something to compute. */
  public StepSize {
    if (batch < 1 || tokens < 1 || depth < 0) {
      throw new IllegalArgumentException(
          "expected sequences and tokens to compute, found a batch of %d with %d tokens after %d"
              .formatted(batch, tokens, depth));
    }
  }

  /** A step of decoding, whose token is the last of {@code context} that it sees. */
  public static StepSize decode(int batch, int context) {
    return new StepSize(batch, 1, context - 1L);
  }

  /** Prompts that are read from their beginning. */
  public static StepSize prompt(int batch, int tokens) {
    return new StepSize(batch, tokens, 0);
  }

  /** New tokens of all sequences. */
  long rows() {
    return (long) batch * tokens;
  }

  /** Tokens of a sequence after the step. */
  long context() {
    return depth + tokens;
  }
}
