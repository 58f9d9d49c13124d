package org.gta4j.generate;

/**
 * How much a scheduler does at a time.
 *
 * @param contextLength how many ids a sequence may have
 * @param rows how many rows a step has at most
 * @param mostRunning how many texts are computed at once at most
 */
public record StepLimits(int contextLength, int rows, int mostRunning) {
  /** Checks the ranges; a step has a row at least. */
  public StepLimits {
    rows = Math.max(1, rows);
    if (mostRunning < 1) {
      throw new IllegalArgumentException(
          "parallel: expected an integer from 1 on, found " + mostRunning);
    }
  }
}
