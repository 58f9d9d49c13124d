package org.gta4j.grammar;

import java.util.ArrayList;
import java.util.List;
import org.gta4j.grammar.Assertions.Items;
import org.gta4j.grammar.Assertions.Located;
import org.gta4j.grammar.Grammar.Edge;
import org.gta4j.grammar.Grammar.Graph;

/** Writes the grammar of an array. */
final class ArrayWriter {
  private final SchemaWriter writer;
  private final Items items;
  private final List<Edge> edges = new ArrayList<>();

  ArrayWriter(SchemaWriter writer, Assertions assertions) {
    this.writer = writer;
    items = assertions.items();
  }

  /**
   * Places: 0 before the array, 1 its end, 2 behind the bracket; then for each number of items one
   * behind them and one behind a comma. Where there is no largest number, the last of them lead to
   * themselves.
   */
  Grammar write() {
    int most = mostItems();
    int least = items.min();
    if (least > most) {
      return Grammar.choice();
    }
    boolean bounded = most < Integer.MAX_VALUE;
    int last = bounded ? most : Math.max(least, items.named());
    edges.add(new Edge(0, JsonText.open("["), 2));
    if (least == 0) {
      edges.add(new Edge(2, Grammar.literal("]"), 1));
    }
    if (most > 0) {
      edges.add(new Edge(2, Grammar.literal(""), before(0)));
    }
    Grammar rest = writer.shared(writer.value(items.schemas(Integer.MAX_VALUE)));
    for (int i = 0; i < last; i++) {
      Grammar item = i < items.named() ? writer.value(items.schemas(i)) : rest;
      edges.add(new Edge(before(i), item, behind(i + 1)));
    }
    if (!bounded) {
      edges.add(new Edge(before(last), rest, behind(last)));
    }
    for (int count = 0; count <= last; count++) {
      boolean goesOn = count < last || !bounded;
      if (goesOn) {
        edges.add(new Edge(behind(count), JsonText.COMMA, before(count)));
      }
      if (count >= least) {
        edges.add(new Edge(behind(count), JsonText.close("]"), 1));
      }
    }
    return new Graph(before(last) + 1, edges, List.of(1));
  }

  private static int behind(int count) {
    return 3 + 2 * count;
  }

  private static int before(int count) {
    return 4 + 2 * count;
  }

  /**
   * Where a schema names its first items and does not speak of others, it allows them but hardly
   * means them.
   */
  private int mostItems() {
    int most = items.max().orElse(Integer.MAX_VALUE);
    int named = items.named();
    boolean silent = items.tuples().stream().noneMatch(tuple -> tuple.rest().isPresent());
    if (named > 0 && silent && items.min() <= named) {
      most = Math.min(most, named);
    }
    for (int i = 0; i <= named; i++) {
      List<Located> schemas = items.schemas(i < named ? i : Integer.MAX_VALUE);
      if (schemas.stream().anyMatch(Assertions::isNever)) {
        return Math.min(most, i);
      }
    }
    return most;
  }
}
