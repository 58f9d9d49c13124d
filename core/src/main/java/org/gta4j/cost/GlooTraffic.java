package org.gta4j.cost;

/**
 * What a process writes to the network for collective operations as Gloo carries them out over TCP:
 * each message's bytes behind a header, and beside each message a notice from either side that it
 * is ready for it, a header alone.
 *
 * @param payload bytes of numbers
 * @param messages how many messages they are in
 * @param received messages that come to this process meanwhile, to whose senders it gives notice
 */
public record GlooTraffic(long payload, long messages, long received) {
  /** Nothing at all. */
  public static final GlooTraffic NONE = new GlooTraffic(0, 0, 0);

  /** Six integers of 64 bits: sizes, what it is, which operation it belongs to. */
  private static final int HEADER = 6 * Long.BYTES;

  /** Pieces of a ring's chunk are no larger. */
  private static final long SEGMENT = 1L << 20;

  /** All bytes that are written, headers and notices too. */
  public long bytes() {
    return payload + HEADER * (2 * messages + received);
  }

  /** Both. */
  public GlooTraffic plus(GlooTraffic other) {
    return new GlooTraffic(
        payload + other.payload, messages + other.messages, received + other.received);
  }

  /** So often. */
  public GlooTraffic times(long count) {
    return new GlooTraffic(payload * count, messages * count, received * count);
  }

  /**
   * A sum that all ranks get, by Gloo's ring: all chunks but one go to the next process to be added
   * to, and all sums but one go on to it.
   *
   * @param elements numbers that are added
   * @param elementBytes bytes of one
   * @param rank which process
   * @param ranks how many there are
   */
  public static GlooTraffic allReduce(long elements, int elementBytes, int rank, int ranks) {
    if (ranks == 1) {
      return NONE;
    }
    Ring ring = Ring.of(elements, elementBytes, ranks);
    return ring.allBut(rank, rank + 1)
        .plus(ring.allBut(rank - 1, rank)); // while adding, and while handing on
  }

  /**
   * Every rank's chunk for every other one.
   *
   * @param chunk bytes for one of them
   */
  public static GlooTraffic allToAll(long chunk, int ranks) {
    return new GlooTraffic((ranks - 1) * chunk, ranks - 1, ranks - 1);
  }

  /**
   * Every rank's chunk to all others, handed on in a ring, each in two halves.
   *
   * @param chunk bytes that each begins with
   */
  public static GlooTraffic allGather(long chunk, int ranks) {
    return new GlooTraffic((ranks - 1) * chunk, 2L * (ranks - 1), 2L * (ranks - 1));
  }

  /** Chunks of which each rank has one, in segments; those behind the end are empty. */
  private record Ring(long bytes, long segments, long segment, int ranks) {
    static Ring of(long elements, int elementBytes, int ranks) {
      long bytes = elements * elementBytes;
      long most = elementBytes * Math.max(1, SEGMENT / elementBytes);
      long segments =
          Math.ceilDiv(Math.max(Math.ceilDiv(bytes, most), 2L * ranks), (long) ranks) * ranks;
      long segment =
          Math.ceilDiv(Math.ceilDiv(bytes, segments), (long) elementBytes) * elementBytes;
      return new Ring(bytes, segments, segment, ranks);
    }

    /** All chunks but one are sent, while all but another one come. */
    GlooTraffic allBut(int kept, int missing) {
      long all = Math.ceilDiv(bytes, segment);
      return new GlooTraffic(bytes - bytes(kept), all - messages(kept), all - messages(missing));
    }

    private long begin(int chunk) {
      return Math.min(bytes, Math.floorMod(chunk, ranks) * (segments / ranks) * segment);
    }

    private long bytes(int chunk) {
      return Math.min(bytes - begin(chunk), segments / ranks * segment);
    }

    private long messages(int chunk) {
      return Math.ceilDiv(bytes(chunk), segment);
    }
  }
}
