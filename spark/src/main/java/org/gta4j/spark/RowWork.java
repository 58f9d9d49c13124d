package org.gta4j.spark;

import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.Row;

/** What is done with the text of each row; goes from the driver to the tasks. */
interface RowWork extends Serializable {
  /** Makes it ready in the process that will do it. */
  Opened open();

  /** What does it for the rows of one task, or for one row. */
  interface Opened extends AutoCloseable {
    /** How many rows are worth beginning before the first of them is waited for. */
    int window();

    /**
     * Begins with a row.
     *
     * @param text its text, with something in it
     * @param key what the row is told from others by, where random numbers are drawn
     * @param task whose row it is
     * @throws RefusedRowException if nothing can be computed from it
     */
    Begun begin(String text, String key, Object task);

    @Override
    void close();
  }

  /** A row that is being computed. */
  interface Begun {
    /**
     * Waits for what comes of it.
     *
     * @throws RefusedRowException if nothing can be computed from it
     */
    Computed await(Patience patience);

    /** Gives it up; nothing where it has ended. */
    default void cancel() {}
  }

  /**
   * What came of a row.
   *
   * @param columns the new columns' values, in their order, as {@link Row} has them
   * @param tokens how many tokens that was
   */
  record Computed(List<Object> columns, long tokens) implements Begun {
    /** Copies the list. */
    public Computed {
      columns = List.copyOf(columns);
    }

    @Override
    public Computed await(Patience patience) {
      return this;
    }
  }
}
