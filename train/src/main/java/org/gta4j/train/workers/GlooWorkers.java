package org.gta4j.train.workers;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Tensor;
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
  /** Numbers that travel together: enough to keep a network busy, few beside a model. */
  private static final long BUCKET_BYTES = 25L << 20;

  private final Seat seat;
  private final Board board;
  private final RollCall roll;
  private final ProcessGroupGloo group;
  private boolean closed;

  private GlooWorkers(Seat seat, Board board, RollCall roll, ProcessGroupGloo group) {
    this.seat = seat;
    this.board = board;
    this.roll = roll;
    this.group = group;
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
      return new GlooWorkers(seat, board, roll, connected(seat, board, address, roll));
    } catch (WorkerException e) {
      board.close();
      throw e;
    }
  }

  private static ProcessGroupGloo connected(Seat seat, Board board, String address, RollCall roll) {
    try (TensorScope scope = new TensorScope()) {
      ProcessGroupGloo.Options options =
          ProcessGroupGloo.Options.create(Board.milliseconds(seat.timeout()));
      options.devices(new GlooDeviceVector(ProcessGroupGloo.createDeviceForHostname(address)));
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
      await(group::allreduce, all);
      return memory.toArray(ValueLayout.JAVA_DOUBLE);
    }
  }

  @Override
  public void sum(Collection<Tensor> tensors) {
    inBuckets(tensors, group::allreduce);
  }

  @Override
  public void share(Collection<Tensor> tensors) {
    inBuckets(tensors, bucket -> group.broadcast(bucket, new BroadcastOptions().rootRank(0)));
  }

  /** A part of a tensor, and where it lies in a bucket. */
  private record Slice(MemorySegment numbers, long place) {
    MemorySegment in(MemorySegment bucket) {
      return bucket.asSlice(place, numbers.byteSize());
    }
  }

  private void inBuckets(Collection<Tensor> tensors, Function<TensorVector, Work> call) {
    List<Slice> slices = new ArrayList<>();
    long filled = 0;
    for (Tensor tensor : tensors) {
      if (tensor.dtype() != DType.F32) {
        throw new IllegalArgumentException(
            "expected tensors of f32, found one of " + tensor.dtype().label());
      }
      MemorySegment numbers = tensor.data();
      for (long done = 0; done < numbers.byteSize(); ) {
        long taken = Math.min(numbers.byteSize() - done, BUCKET_BYTES - filled);
        slices.add(new Slice(numbers.asSlice(done, taken), filled));
        done += taken;
        filled += taken;
        if (filled == BUCKET_BYTES) {
          exchange(slices, filled, call);
          slices.clear();
          filled = 0;
        }
      }
    }
    if (filled > 0) {
      exchange(slices, filled, call);
    }
  }

  private void exchange(List<Slice> slices, long bytes, Function<TensorVector, Work> call) {
    try (TensorScope _ = new TensorScope()) {
      org.bytedeco.pytorch.Tensor bucket = Torch.empty(Torch.F32, bytes / Float.BYTES);
      MemorySegment memory = Memory.of(bucket);
      slices.forEach(slice -> slice.in(memory).copyFrom(slice.numbers()));
      await(call, bucket);
      slices.forEach(slice -> slice.numbers().copyFrom(slice.in(memory)));
    }
  }

  private void await(Function<TensorVector, Work> call, org.bytedeco.pytorch.Tensor tensor) {
    if (closed) {
      throw new WorkerException("expected workers that are there, found that they have parted");
    }
    try {
      call.apply(new TensorVector(tensor))._wait();
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
