package org.gta4j.train.workers;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Collection;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.gta4j.cost.GradientBuckets;
import org.gta4j.tensor.Tensor;
import org.gta4j.train.torch.FlatNumbers;
import org.gta4j.train.torch.GradMode;
import org.gta4j.train.torch.Memory;
import org.gta4j.train.torch.TensorScope;
import org.gta4j.train.torch.Torch;

/**
 * Workers that add up over TCP with libtorch's c10d and Gloo, which sums in an order that follows
 * from sizes and the number of workers alone: the same bits come every time, and to everybody.
 *
 * <p>Not thread-safe.
 */
public final class GlooWorkers implements Workers {
  /** Names the network card to use, as for PyTorch. */
  private static final String INTERFACE = "GLOO_SOCKET_IFNAME";

  private final Seat seat;
  private final Board board;
  private final RollCall roll;
  private final ProcessGroupGloo group;
  private final Connections connections;
  private boolean closed;

  private GlooWorkers(
      Seat seat, Board board, RollCall roll, ProcessGroupGloo group, Connections connections) {
    this.seat = seat;
    this.board = board;
    this.roll = roll;
    this.group = group;
    this.connections = connections;
  }

  /**
   * Waits for the others and begins.
   *
   * @param introduction lines that must be the same for all: what they are going to do
   * @param ended of a worker's number: how its process ended, if that is known here
   * @throws WorkerException if they do not come in time, or came to do something else
   */
  public static GlooWorkers join(
      Seat seat, String introduction, IntFunction<Optional<String>> ended) {
    String address = seat.rendezvous().ownAddress();
    Board board = Board.open(seat);
    RollCall roll = new RollCall(board, seat, ended);
    try {
      roll.meet(introduction);
      Connections before = Connections.ofProcess();
      ProcessGroupGloo group = connected(seat, board, address, roll);
      return new GlooWorkers(seat, board, roll, group, Connections.ofProcess().without(before));
    } catch (WorkerException e) {
      board.close();
      throw e;
    }
  }

  /** The network card that the user wants workers of several machines to talk through. */
  static Optional<String> networkCard() {
    return Optional.ofNullable(System.getenv(INTERFACE)).filter(card -> !card.isBlank());
  }

  private static ProcessGroupGloo connected(Seat seat, Board board, String address, RollCall roll) {
    try (TensorScope scope = new TensorScope()) {
      ProcessGroupGloo.Options options =
          ProcessGroupGloo.Options.create(Board.milliseconds(seat.timeout()));
      Optional<String> card =
          seat.rendezvous() instanceof Rendezvous.File ? Optional.empty() : networkCard();
      options.devices(
          new GlooDeviceVector(
              card.isPresent()
                  ? ProcessGroupGloo.createDeviceForInterface(card.get())
                  : ProcessGroupGloo.createDeviceForHostname(address)));
      return StandardOutput.silently(() ->
          scope.keep(new ProcessGroupGloo(board.store(), seat.rank(), seat.count(), options)));
    } catch (WorkerException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new WorkerException(roll.missing(e), e);
    }
  }

  @Override
  public int rank() {
    return seat.rank();
  }

  @Override
  public int count() {
    return seat.count();
  }

  @Override
  public double[] sum(double... numbers) {
    try (TensorScope _ = new TensorScope()) {
      org.bytedeco.pytorch.Tensor all = Torch.empty(Torch.F64, numbers.length);
      MemorySegment memory = Memory.of(all);
      memory.copyFrom(MemorySegment.ofArray(numbers));
      await(() -> group.allreduce(new TensorVector(all)));
      return memory.toArray(ValueLayout.JAVA_DOUBLE);
    }
  }

  @Override
  public void sum(Collection<Tensor> tensors) {
    inBuckets(tensors, bucket -> group.allreduce(new TensorVector(bucket)));
  }

  @Override
  public void share(Collection<Tensor> tensors) {
    inBuckets(
        tensors,
        bucket -> group.broadcast(new TensorVector(bucket), new BroadcastOptions().rootRank(0)));
  }

  private void inBuckets(
      Collection<Tensor> tensors, Function<org.bytedeco.pytorch.Tensor, Work> call) {
    FlatNumbers flat = FlatNumbers.of(tensors);
    GradientBuckets buckets = new GradientBuckets(flat.count(), count());
    for (int i = 0; i < buckets.count(); i++) {
      long begin = buckets.begin(i);
      try (TensorScope _ = new TensorScope()) {
        org.bytedeco.pytorch.Tensor bucket =
            Torch.empty(Torch.F32, Math.min(flat.count(), buckets.begin(i + 1)) - begin);
        MemorySegment memory = Memory.of(bucket);
        flat.read(begin, memory);
        await(() -> call.apply(bucket));
        flat.write(begin, memory);
      }
    }
  }

  /**
   * Everybody's chunks go to those who add them up, in the workers' order: c10d's own
   * reduce-scatter over Gloo adds up everything everywhere, and sends twice as much.
   */
  @Override
  public void sumChunks(MemorySegment bucket, MemorySegment sums) {
    long chunk = sums.byteSize() / Float.BYTES;
    try (TensorScope _ = new TensorScope();
        GradMode _ = GradMode.off()) {
      org.bytedeco.pytorch.Tensor own = Torch.empty(Torch.F32, count() * chunk);
      org.bytedeco.pytorch.Tensor all = Torch.empty(Torch.F32, count() * chunk);
      Memory.of(own).copyFrom(bucket);
      await(() -> group.alltoall_base(all, own, new LongVector(), new LongVector()));
      org.bytedeco.pytorch.Tensor sum = all.narrow(0, 0, chunk);
      for (int rank = 1; rank < count(); rank++) {
        sum.add_(all.narrow(0, rank * chunk, chunk));
      }
      sums.copyFrom(Memory.of(sum));
    }
  }

  @Override
  public void gather(MemorySegment chunk, MemorySegment bucket) {
    long numbers = chunk.byteSize() / Float.BYTES;
    try (TensorScope _ = new TensorScope()) {
      org.bytedeco.pytorch.Tensor own = Torch.empty(Torch.F32, numbers);
      org.bytedeco.pytorch.Tensor all = Torch.empty(Torch.F32, count() * numbers);
      Memory.of(own).copyFrom(chunk);
      await(() -> group._allgather_base(all, own));
      bucket.copyFrom(Memory.of(all));
    }
  }

  @Override
  public OptionalLong sentBytes() {
    return connections.writtenBytes();
  }

  private void await(Supplier<Work> call) {
    if (closed) {
      throw new WorkerException("expected workers that are there, found that they have parted");
    }
    try {
      call.get()._wait();
    } catch (RuntimeException e) {
      disconnect(); // so that those who wait for this one need not wait any longer
      throw new WorkerException(roll.missing(e), e);
    }
  }

  @Override
  public void leave(String why) {
    roll.leave(why);
    disconnect();
  }

  private void disconnect() {
    if (!closed) {
      closed = true;
      group.close();
    }
  }

  @Override
  public void close() {
    disconnect();
    board.close();
  }
}
