package org.gta4j.template;

/** What a template may call. */
@FunctionalInterface
interface Callable {
  /** Calls it. */
  Object call(Arguments arguments);
}
