package org.gta4j.template;

/** Python's {@code None}. */
enum None {
  NONE
}
