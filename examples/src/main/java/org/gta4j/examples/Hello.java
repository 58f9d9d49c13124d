package org.gta4j.examples;

import org.gta4j.core.Placeholder;

/** Placeholder. */
final class Hello {
  private Hello() {}

  public static void main(String[] args) {
    System.out.println(Placeholder.text());
  }
}
