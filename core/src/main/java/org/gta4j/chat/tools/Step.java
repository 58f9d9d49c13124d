package org.gta4j.chat.tools;

/** What became of a character that a reader was given. */
enum Step {
  /** It belongs to what is read, which goes on. */
  MORE,

  /** It is the last one of what is read. */
  DONE,

  /** What is read, or a part of it, was complete before it: it was not taken. */
  BEFORE,

  /** It cannot stand here: it was not taken. */
  FAILED
}
