package org.gta4j.data.text;

import java.io.Serializable;

/**
 * What is left out of what a model learns from.
 *
 * @param filter which documents are too bad
 * @param duplicates what becomes of documents that were there before
 */
public record Cleaning(DocumentFilter filter, Duplicates duplicates) implements Serializable {
  /** Nothing is left out. */
  public static Cleaning none() {
    return new Cleaning(DocumentFilter.none(), new Duplicates.Kept());
  }

  /** Whether nothing is left out, so that nobody needs to look. */
  public boolean isNone() {
    return equals(none());
  }
}
