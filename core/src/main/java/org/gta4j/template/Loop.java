package org.gta4j.template;

import java.util.List;
import java.util.Optional;

/** What {@code loop} is within a loop. */
final class Loop {
  private final Budget budget;
  private final List<Object> items;
  private final int depth;
  private final Optional<Callable> again;
  private Object last = new Undefined("loop.changed");
  private int index;

  /**
   * A loop.
   *
   * @param depth how many recursive loops it is in
   * @param again goes through other items, where the loop is recursive
   */
  Loop(List<Object> items, int depth, Optional<Callable> again, Budget budget) {
    this.budget = budget;
    this.items = items;
    this.depth = depth;
    this.again = again;
  }

  void moveTo(int index) {
    this.index = index;
  }

  /** What a recursive loop does when it is called. */
  Optional<Callable> again() {
    return again;
  }

  Object attribute(String name) {
    int size = items.size();
    return switch (name) {
      case "index" -> index + 1L;
      case "index0" -> (long) index;
      case "revindex" -> (long) size - index;
      case "revindex0" -> (long) size - index - 1;
      case "first" -> index == 0;
      case "last" -> index == size - 1;
      case "length" -> (long) size;
      case "depth" -> depth + 1L;
      case "depth0" -> (long) depth;
      case "previtem" -> index == 0 ? new Undefined("loop.previtem") : items.get(index - 1);
      case "nextitem" -> index == size - 1 ? new Undefined("loop.nextitem") : items.get(index + 1);
      case "cycle" ->
          (Callable)
              arguments -> {
                List<Object> values = arguments.positional();
                if (values.isEmpty()) {
                  throw new TemplateException("loop.cycle: expected at least one value");
                }
                return values.get(index % values.size());
              };
      case "changed" -> (Callable) this::changed;
      default -> new Undefined("loop." + name);
    };
  }

  private Object changed(Arguments arguments) {
    Object now = new Tuple(arguments.positional());
    boolean changed = !Values.isEqual(now, last, budget);
    last = now;
    return changed;
  }
}
