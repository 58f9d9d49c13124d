package org.gta4j.ops;

import org.gta4j.tensor.FloatMatrix;

/**
 * The rotary position embedding's angles for the rows of one step.
 *
 * @param cosine [rows, dimensions / 2]
 * @param sine [rows, dimensions / 2]
 * @param pairs which two numbers are turned together
 */
public record RotaryAngles(FloatMatrix cosine, FloatMatrix sine, Pairs pairs) {
  /** Which numbers of a head are turned together. */
  public enum Pairs {
    /** {@code i} and {@code i + dimensions/2}: Hugging Face's layout. */
    HALVES,
    /** {@code 2i} and {@code 2i + 1}: Meta's and DeepSeek's layout. */
    NEIGHBOURS
  }

  /** Whether these are the angles in those matrices. */
  public boolean areIn(FloatMatrix cosines, FloatMatrix sines) {
    return cosine == cosines && sine == sines;
  }

  /** How many numbers of a head are turned. */
  public int dimensions() {
    return cosine.columns() * 2;
  }
}
