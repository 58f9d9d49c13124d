package org.gta4j.server.api;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.gta4j.tokenizer.Tokenizer;

/** What tokens are called in answers: their text, also where that is part of a character. */
final class TokenTexts {
  private final Optional<Tokenizer> tokenizer;

  TokenTexts(Optional<Tokenizer> tokenizer) {
    this.tokenizer = tokenizer;
  }

  /** The bytes that a token stands for; a control token's name. */
  byte[] bytes(int id) {
    if (tokenizer.isEmpty() || id >= tokenizer.get().size()) {
      return new byte[0];
    }
    Tokenizer known = tokenizer.get();
    return known.isControl(id) ? known.name(id).getBytes(StandardCharsets.UTF_8) : known.bytes(id);
  }

  /** Its text; with replacement characters where it is part of a character. */
  String text(int id) {
    return new String(bytes(id), StandardCharsets.UTF_8);
  }

  /** Its text, or {@code bytes:\xe2\x80} where it is part of a character: no two are alike. */
  String name(int id) {
    byte[] bytes = bytes(id);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      StringBuilder name = new StringBuilder("bytes:");
      for (byte b : bytes) {
        name.append("\\x%02x".formatted(b));
      }
      return name.toString();
    }
  }
}
