package org.gta4j.template;

import java.util.SequencedMap;

/** Names that loops may change, as {@code namespace()} makes them. */
record Namespace(SequencedMap<String, Object> values) {}
