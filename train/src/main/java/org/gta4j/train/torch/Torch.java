package org.gta4j.train.torch;

import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * libtorch as a whole: loading it, its threads, its random numbers.
 *
 * <p>An operation is one thread's: threads share the batches of a step, not its thousands of small
 * operations. libtorch's random numbers belong to the process, so one training begins at a time.
 */
public final class Torch {
  /** Element types, as JavaCPP's own objects: others of the same value do not compare equal. */
  public static final ScalarType F32;

  /** The upper half of an f32. */
  public static final ScalarType BF16;

  /** IEEE 754 binary16. */
  public static final ScalarType F16;

  /** Numbers that are few, such as sums of a loss. */
  public static final ScalarType F64;

  /** 64-bit integers: token ids. */
  public static final ScalarType I64;

  static {
    // JavaCPP counts all pages of the process, mapped files too, and throws OutOfMemoryError at a
    // limit taken from the Java heap, which says nothing about a training's memory.
    setUnlessSet("org.bytedeco.javacpp.maxBytes", "0");
    setUnlessSet("org.bytedeco.javacpp.maxPhysicalBytes", "0");
    F32 = ScalarType.Float.intern();
    BF16 = ScalarType.BFloat16.intern();
    F16 = ScalarType.Half.intern();
    F64 = ScalarType.Double.intern();
    I64 = ScalarType.Long.intern();
    torch.set_num_threads(1); // loads the libraries, outside of any scope
    // OpenBLAS has threads of its own, which wait by spinning between the products of a batch.
    openblas_nolapack.blas_set_num_threads(1);
  }

  private Torch() {}

  private static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /**
   * Has operations of this thread run on it alone, as batches are computed side by side: OpenMP
   * keeps the number of threads for each thread that asks.
   */
  public static void onThisThreadAlone() {
    torch.set_num_threads(1);
  }

  /** Begins libtorch's random numbers anew. */
  public static void seed(long seed) {
    torch.manual_seed(seed);
  }

  /** Bytes of memory that the process has now, mapped files included. */
  public static long processBytes() {
    return Pointer.physicalBytes();
  }

  /**
   * A tensor of those sizes whose numbers are whatever was in memory.
   *
   * @throws NotEnoughMemoryException if there is none for it
   */
  public static Tensor empty(ScalarType type, long... sizes) {
    Tensor tensor;
    try (TensorScope scope = new TensorScope()) {
      tensor = scope.keep(torch.empty(sizes, new TensorOptions(type), noFormat()));
    } catch (RuntimeException e) {
      throw NotEnoughMemoryException.inWords(e);
    }
    return tensor;
  }

  private static org.bytedeco.pytorch.MemoryFormatOptional noFormat() {
    return new org.bytedeco.pytorch.MemoryFormatOptional();
  }

  /** A number as libtorch takes it. */
  public static Scalar scalar(double value) {
    return new Scalar(value);
  }
}
