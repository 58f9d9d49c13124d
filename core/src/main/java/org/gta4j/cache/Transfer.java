package org.gta4j.cache;

/**
 * A block on its way to a {@link BlockStore} or from it. Whoever has begun it asks for its end, in
 * its own thread; until then the block's memory belongs to it.
 */
public interface Transfer {
  /** Where it is, or will be, in the store. */
  int slot();

  /** Whether {@link #finish} need not wait. */
  boolean isDone();

  /**
   * Waits for its end and has the store take note of it; once.
   *
   * @return whether all bytes are where they should be
   */
  boolean finish();

  /** One that is done already. */
  record Done(int slot, boolean finish) implements Transfer {
    @Override
    public boolean isDone() {
      return true;
    }
  }
}
