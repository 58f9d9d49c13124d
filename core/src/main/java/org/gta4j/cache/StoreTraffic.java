package org.gta4j.cache;

/**
 * What went through a {@link BlockStore} since it was opened.
 *
 * @param bytesOut bytes written
 * @param bytesIn bytes read
 * @param nanosOut how long writing took, in nanoseconds
 * @param nanosIn how long reading took, in nanoseconds
 */
public record StoreTraffic(long bytesOut, long bytesIn, long nanosOut, long nanosIn) {
  /** Nothing yet. */
  public static final StoreTraffic NONE = new StoreTraffic(0, 0, 0, 0);
}
