package org.gta4j.template;

/** How a template's white space and names that are not there are taken. */
public enum Dialect {
  /**
   * As Hugging Face's libraries take chat templates: line breaks behind statements and spaces
   * before them go, so does the last line break, and what is not there is written as nothing.
   */
  CHAT,

  /**
   * As evaluation tasks are taken: every character between tags stays, and what is not there cannot
   * be written.
   */
  EXACT
}
