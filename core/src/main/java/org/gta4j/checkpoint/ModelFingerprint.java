package org.gta4j.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import org.gta4j.tensor.Tensor;

/**
 * Which model it is, for files that mean nothing beside another one: saved keys and values, say.
 *
 * @param name what people call it; not compared
 * @param digest what two models share only if they are the same
 */
public record ModelFingerprint(String name, String digest) {
  /** So few bytes of all weights are read, in whole or in pieces. */
  private static final int MOST_BYTES = 2 << 20;

  /** Of a tensor that is read in pieces. */
  private static final int PIECES = 4;

  private static final int LEAST_PIECE = 64;

  /**
   * The fingerprint of a checkpoint, which depends on neither its place nor its files' dates: of
   * its configuration, of every tensor's name, type and shape, and of bytes here and there in each.
   * Two megabytes are read, and a few bytes a tensor where there are very many: training changes
   * all of a tensor, so a few of its numbers tell.
   *
   * @throws CheckpointException if a file has become shorter
   */
  public static ModelFingerprint of(Checkpoint checkpoint) {
    MessageDigest digest = sha256();
    Weights weights = checkpoint.weights();
    digest.update(Json.toCompactBytes(checkpoint.config().json()));
    int share = Math.max(PIECES * LEAST_PIECE, MOST_BYTES / Math.max(1, weights.tensors().size()));
    byte[] piece = new byte[share];
    try {
      for (Map.Entry<String, Tensor> entry : weights.tensors().entrySet()) {
        Tensor tensor = entry.getValue();
        String heading = "\n%s %s %s\n".formatted(entry.getKey(), tensor.dtype(), tensor.shape());
        digest.update(heading.getBytes(StandardCharsets.UTF_8));
        addBytes(digest, tensor.data(), piece);
      }
    } catch (InternalError e) {
      throw CheckpointException.cutOff(weights.file(), e);
    }
    return new ModelFingerprint(checkpoint.name(), HexFormat.of().formatHex(digest.digest()));
  }

  /** Adds all bytes, or pieces from the first to the last where they are more than fit. */
  private static void addBytes(MessageDigest digest, MemorySegment data, byte[] piece) {
    long size = data.byteSize();
    int pieces = size <= piece.length ? 1 : PIECES;
    int count = (int) Math.min(size, piece.length / pieces);
    for (int i = 0; i < pieces; i++) {
      long at = i == 0 ? 0 : (size - count) / (pieces - 1) * i;
      // The JVM's own copying, which tells of a file that was cut off.
      MemorySegment.copy(data, ValueLayout.JAVA_BYTE, at, piece, 0, count);
      digest.update(piece, 0, count);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
