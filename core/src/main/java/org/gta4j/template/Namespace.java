package org.gta4j.template;

import java.util.SequencedMap;

/** Names that loops may change, as {@code namespace()} makes them; equal to itself only. */
final class Namespace {
  private final SequencedMap<String, Object> values;

  Namespace(SequencedMap<String, Object> values) {
    this.values = values;
  }

  SequencedMap<String, Object> values() {
    return values;
  }
}
