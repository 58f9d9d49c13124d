package org.gta4j.cli.training.report;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.zip.CRC32C;

/**
 * Records of TensorBoard's event files: a message {@code Event} in TensorFlow's frame, which is its
 * length (64 bit), the length's checksum, the message and its checksum (32 bit each, all
 * little-endian).
 *
 * @see <a
 *     href="https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/util/event.proto">the
 *     message</a>
 * @see <a
 *     href="https://github.com/tensorflow/tensorflow/blob/master/tensorflow/core/lib/io/record_writer.h">the
 *     frame</a>
 */
final class EventRecord {
  /** Bytes before a message. */
  static final int HEADER_BYTES = Long.BYTES + Integer.BYTES;

  private static final int CHECKSUM_BYTES = Integer.BYTES;
  private static final int MASK_DELTA = 0xa282ead8;

  // Fields of Event, Summary and Summary.Value.
  private static final int WALL_TIME = 1;
  private static final int STEP = 2;
  private static final int FILE_VERSION = 3;
  private static final int SUMMARY = 5;
  private static final int VALUE = 1;
  private static final int TAG = 1;
  private static final int SIMPLE_VALUE = 2;

  private EventRecord() {}

  /** What a message is written to. */
  private interface Fields {
    void write(CodedOutputStream out) throws IOException;
  }

  /** The record that a file begins with. */
  static ByteBuffer version(double wallTime) {
    return framed(
        message(out -> {
          out.writeDouble(WALL_TIME, wallTime);
          out.writeString(FILE_VERSION, "brain.Event:2");
        }));
  }

  /**
   * A step's record.
   *
   * @param wallTime seconds since 1970
   * @param scalars values by their tags
   */
  static ByteBuffer scalars(double wallTime, long step, SequencedMap<String, Double> scalars) {
    byte[] summary =
        message(out -> {
          for (Map.Entry<String, Double> scalar : scalars.entrySet()) {
            out.writeByteArray(VALUE, value(scalar.getKey(), scalar.getValue()));
          }
        });
    return framed(
        message(out -> {
          out.writeDouble(WALL_TIME, wallTime);
          out.writeInt64(STEP, step);
          out.writeByteArray(SUMMARY, summary);
        }));
  }

  private static byte[] value(String tag, double value) {
    return message(out -> {
      out.writeString(TAG, tag);
      out.writeFloat(SIMPLE_VALUE, (float) value);
    });
  }

  private static byte[] message(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    try {
      fields.write(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // not into memory
    }
    return bytes.toByteArray();
  }

  private static ByteBuffer framed(byte[] message) {
    ByteBuffer frame =
        ByteBuffer.allocate(HEADER_BYTES + message.length + CHECKSUM_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(message.length);
    frame.putInt(checksum(frame.array(), 0, Long.BYTES));
    frame.put(message);
    frame.putInt(checksum(message, 0, message.length));
    return frame.flip();
  }

  /** CRC-32C, turned so that a checksum of data with checksums in it stays a good one. */
  private static int checksum(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
  }

  /**
   * How many bytes follow a header; empty where that is none.
   *
   * @param header its {@link #HEADER_BYTES} bytes
   * @param most no record is longer
   */
  static Optional<Integer> bytesAfter(byte[] header, long most) {
    ByteBuffer buffer = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
    long length = buffer.getLong();
    boolean whole = buffer.getInt() == checksum(header, 0, Long.BYTES);
    return whole && length >= 0 && length <= most - CHECKSUM_BYTES
        ? Optional.of((int) length + CHECKSUM_BYTES)
        : Optional.empty();
  }

  /** The step of what follows a header, 0 where it has none; empty where it is damaged. */
  static Optional<Long> step(byte[] rest) {
    int length = rest.length - CHECKSUM_BYTES;
    int expected = ByteBuffer.wrap(rest).order(ByteOrder.LITTLE_ENDIAN).getInt(length);
    if (expected != checksum(rest, 0, length)) {
      return Optional.empty();
    }
    try {
      CodedInputStream in = CodedInputStream.newInstance(rest, 0, length);
      for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
        if (WireFormat.getTagFieldNumber(tag) == STEP) {
          return Optional.of(in.readInt64());
        }
        in.skipField(tag);
      }
      return Optional.of(0L);
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
