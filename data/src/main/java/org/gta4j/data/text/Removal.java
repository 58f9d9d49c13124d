package org.gta4j.data.text;

/** Why a document is not learned from. */
public enum Removal {
  /** It has too few characters. */
  SHORT("short"),
  /** It has too many. */
  LONG("long"),
  /** Too few of its characters are letters. */
  FEW_LETTERS("few_letters"),
  /** It says too many of its lines again. */
  REPEATED_LINES("repeated_lines"),
  /** An earlier document is the same, or nearly. */
  DUPLICATE("duplicate");

  private final String label;

  Removal(String label) {
    this.label = label;
  }

  /** Its name for programs. */
  public String label() {
    return label;
  }
}
