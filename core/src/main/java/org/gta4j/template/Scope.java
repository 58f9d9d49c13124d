package org.gta4j.template;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Names with their values, within other ones. */
final class Scope {
  private final Optional<Scope> outer;
  private final Map<String, Object> values = new HashMap<>();

  Scope(Optional<Scope> outer) {
    this.outer = outer;
  }

  /** A scope within this one. */
  Scope inner() {
    return new Scope(Optional.of(this));
  }

  void set(String name, Object value) {
    values.put(name, value);
  }

  /** A name's value. */
  Object get(String name) {
    for (Optional<Scope> scope = Optional.of(this); scope.isPresent(); scope = scope.get().outer) {
      Object value = scope.get().values.get(name);
      if (value != null) {
        return value;
      }
    }
    return new Undefined("'" + name + "'");
  }
}
