package org.gta4j.cost;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.gta4j.tensor.DType;

/**
 * Devices of the hardware table, in nodes: within a node over its links, between nodes over a
 * network. They add gradients up by a ring through all of them, as many rings side by side as a
 * node has devices: each device sends {@code 2 (N − 1) / N} of the gradients' bytes (Patarasuk and
 * Yuan, J. Parallel Distrib. Comput. 69, 2009), and every node's network cards share what leaves
 * it.
 *
 * @param hardware what they are
 * @param network between nodes
 * @param part of what the roofline of each operation allows that trainings reach, at most 1
 */
public record Accelerators(Hardware hardware, Network network, double part)
    implements TrainingMachine {
  /**
   * What beginning a call costs, and each hop of it over NVLink and over a network: the figures by
   * which NCCL chooses its algorithms (src/graph/tuning.cc, protocol Simple). Sums for everybody go
   * up and down a tree of nodes, a chain in each; what is scattered or gathered has rings only.
   */
  private static final double CALL_SECONDS = 8.4e-6;

  private static final double CHAIN_LINK_SECONDS = 4e-6;
  private static final double RING_LINK_SECONDS = 3.4e-6;
  private static final double NETWORK_SECONDS = 14e-6;

  /**
   * Numbers of a call where moments are divided: the default of Megatron-Core's distributed
   * optimizer, which grows with the devices since hops of rings do.
   */
  private static final long SCATTERED = 40_000_000;

  private static final long SCATTERED_A_DEVICE = 1_000_000;

  /** What an operation takes at least, to be begun; assumed. */
  private static final double START_SECONDS = 5e-6;

  /** Checks the part. */
  public Accelerators {
    if (!(part > 0 && part <= 1)) {
      throw new IllegalArgumentException("part: expected more than 0, at most 1, found " + part);
    }
  }

  /** Those of a name, as fast as trainings on them were. */
  public static Accelerators of(Hardware hardware, Network network) {
    return new Accelerators(hardware, network, hardware.training().part());
  }

  @Override
  public String name() {
    return hardware.name();
  }

  @Override
  public String label() {
    return hardware.label();
  }

  @Override
  public double memoryBytes(int devices) {
    return hardware.memoryBytes();
  }

  @Override
  public double peakOperations(DType products, int devices) {
    return devices * peak(products);
  }

  private double peak(DType products) {
    return Objects.requireNonNull(
        hardware.operationsPerSecond().get(products.label()), hardware.name());
  }

  @Override
  public NumberBytes bytes(DType products) {
    double width = products == DType.BF16 ? Short.BYTES : Float.BYTES;
    return new NumberBytes(width, width, width);
  }

  @Override
  public KeptAttention keptAttention(DType products) {
    return new KeptAttention(products == DType.BF16 ? Short.BYTES : Float.BYTES, false);
  }

  @Override
  public int together(TrainingSize size) {
    return 1;
  }

  @Override
  public double passSeconds(TrainingPass pass, TrainingSize size) {
    double peak = peak(size.products());
    Ceilings ceilings = new Ceilings(hardware.bytesPerSecond(), peak, peak, peak, START_SECONDS);
    List<Operation> all = new ArrayList<>(pass.forward());
    all.addAll(pass.backward());
    all.add(pass.loss());
    return size.ownParts() * ceilings.seconds(all) / part;
  }

  @Override
  public double updateSeconds(double bytes, TrainingSize size) {
    return bytes / hardware.bytesPerSecond() / part;
  }

  /** Gradients of a batch behind the first are read, added and written where they are made. */
  @Override
  public double addingSeconds(long parameters, TrainingSize size) {
    double bytes = 3.0 * Float.BYTES * parameters * (size.ownParts() - 1);
    return bytes / hardware.bytesPerSecond() / part;
  }

  @Override
  public long sentBytes(TrainingTraffic traffic, int rank) {
    return Math.round(traffic.ringBytes());
  }

  @Override
  public double communicationSeconds(TrainingTraffic traffic) {
    int devices = traffic.ranks();
    if (devices == 1) {
      return 0;
    }
    Hardware.Node node = hardware.node();
    int inNode = Math.min(devices, node.devices());
    int nodes = Math.ceilDiv(devices, node.devices());
    double bytes = traffic.ringBytes();
    double links = inNode > 1 ? bytes / node.bytesPerSecond() : 0;
    double between = nodes > 1 ? bytes / network.bytesPerSecond(inNode) : 0;
    return Math.max(links, between)
        + (traffic.sharded() ? ringSeconds(traffic, nodes) : treeSeconds(traffic, inNode, nodes));
  }

  /** What begins and passes on messages: gradients of each bucket to their owners, and back. */
  private static double ringSeconds(TrainingTraffic traffic, int nodes) {
    int devices = traffic.ranks();
    long bucket = Math.max(SCATTERED, SCATTERED_A_DEVICE * devices);
    double call =
        CALL_SECONDS + (devices - nodes) * RING_LINK_SECONDS + (nodes - 1) * NETWORK_SECONDS;
    return Math.ceilDiv(traffic.parameters(), bucket) * 2 * call;
  }

  private static double treeSeconds(TrainingTraffic traffic, int inNode, int nodes) {
    int buckets = new GradientBuckets(traffic.parameters(), traffic.ranks()).count();
    double hops = 2 * ((inNode - 1) * CHAIN_LINK_SECONDS + depth(nodes) * NETWORK_SECONDS);
    return buckets * (CALL_SECONDS + hops);
  }

  /** Of a tree of so many. */
  private static int depth(int members) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(members - 1);
  }
}
