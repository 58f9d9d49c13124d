package org.gta4j.data.text;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * 128 bits that tell a text from all others: the first of its SHA-256. Two texts that differ have
 * the same ones in no collection that anybody has room for.
 *
 * @param high the first 64 bits
 * @param low the next 64
 */
public record TextDigest(long high, long low) {
  /** Of a text. */
  public static TextDigest of(String text) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      ByteBuffer bytes = ByteBuffer.wrap(sha.digest(text.getBytes(StandardCharsets.UTF_8)));
      return new TextDigest(bytes.getLong(), bytes.getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256, this one says not", e);
    }
  }
}
