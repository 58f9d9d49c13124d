package org.gta4j.robustness;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A safetensors file in parts: a header, whose tensors are JSON, and the bytes after it.
 *
 * @param header the header
 * @param data the tensors' bytes
 */
record TensorText(JsonText header, byte[] data) {
  static TensorText parse(byte[] file) {
    int length = Math.toIntExact(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong());
    if (length < 0 || length > file.length - Long.BYTES) {
      throw new IllegalArgumentException("no header of " + length);
    }
    return new TensorText(
        JsonText.parse(Arrays.copyOfRange(file, Long.BYTES, Long.BYTES + length)),
        Arrays.copyOfRange(file, Long.BYTES + length, file.length));
  }

  /** What the header says of a tensor. */
  static String tensor(String dtype, String shape, long begin, long end) {
    return "{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
        .formatted(dtype, shape, begin, end);
  }

  byte[] bytes() {
    byte[] json = header.bytes();
    return file(json.length, json, data);
  }

  /** A file of parts that need not fit together. */
  static byte[] file(long length, byte[] header, byte[] data) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array());
    file.writeBytes(header);
    file.writeBytes(data);
    return file.toByteArray();
  }
}
