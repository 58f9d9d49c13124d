package org.gta4j.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.gta4j.checkpoint.CheckpointException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The embedded model's tokenizer, and others of its format, against a slow one. */
class Llama2cTokenizerTest {
  private static final int SIZE = 512;
  private static final Path FILE =
      Path.of(System.getProperty("gta.root", ".."), "cli/src/test/models/stories260K/tok512.bin");

  private static byte[] file = new byte[0];

  @BeforeAll
  static void read() throws IOException {
    file = Files.readAllBytes(FILE);
  }

  private static Llama2cTokenizer embedded() {
    return Llama2cTokenizer.read("tok512.bin", file, SIZE);
  }

  /**
   * SentencePiece's byte-pair encoding by its definition: of all neighbours that are a piece
   * together, merge the pair with the best score, of equal ones the leftmost; until there is none.
   */
  private static final class Slow {
    private final List<String> pieces = new ArrayList<>();
    private final List<Float> scores = new ArrayList<>();
    private final Map<String, Integer> ids = new HashMap<>();

    Slow(byte[] bytes, int size) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      buffer.getInt();
      for (int id = 0; id < size; id++) {
        scores.add(buffer.getFloat());
        byte[] piece = new byte[buffer.getInt()];
        buffer.get(piece);
        pieces.add(new String(piece, StandardCharsets.UTF_8));
        if (id >= 259) {
          ids.putIfAbsent(pieces.get(id), id);
        }
      }
    }

    int[] encode(String text) {
      List<Integer> tokens = new ArrayList<>();
      tokens.add(1);
      if (!text.isEmpty()) {
        tokens.addAll(merged(" " + text));
      }
      return tokens.stream().mapToInt(id -> id).toArray();
    }

    private List<Integer> merged(String text) {
      List<Integer> tokens = new ArrayList<>();
      text.codePoints()
          .forEach(character -> {
            Integer id = ids.get(Character.toString(character));
            if (id != null) {
              tokens.add(id);
            } else {
              for (byte b : Character.toString(character).getBytes(StandardCharsets.UTF_8)) {
                tokens.add(3 + Byte.toUnsignedInt(b));
              }
            }
          });
      while (true) {
        int best = -1;
        int bestId = -1;
        for (int i = 0; i + 1 < tokens.size(); i++) {
          Integer id = ids.get(pieces.get(tokens.get(i)) + pieces.get(tokens.get(i + 1)));
          if (id != null && (best < 0 || scores.get(id) > scores.get(bestId))) {
            best = i;
            bestId = id;
          }
        }
        if (best < 0) {
          return tokens;
        }
        tokens.set(best, bestId);
        tokens.subList(best + 1, best + 2).clear();
      }
    }
  }

  /** Texts of all kinds: of the vocabulary's pieces, of words, of any characters at all. */
  private static List<String> texts(Slow slow) {
    List<String> texts =
        new ArrayList<>(
            List.of(
                "",
                " ",
                "  ",
                " a",
                "a ",
                "\n",
                "\n\n\t\r\n",
                "Once upon a time, there was a little girl named Lily.",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "<0x0A>",
                "<s>",
                "</s>",
                "<unk>",
                "\n<s>\n",
                "\n</s>\n",
                "a<0x41>b<s>c",
                "\u2581",
                "\u2581a \u2581b",
                "\0",
                "\u0000\u0001\u001b[31m\u007f\u0085",
                "h\u00e9llo w\u00f6rld \u00a0 \u2028 \ufeff \uffff \ufffd",
                "\ud83d\ude00\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67 \ud83c\uddef\ud83c\uddf5",
                "\u4f60\u597d\uff0c\u4e16\u754c",
                "\ud800\udc00\udbff\udfff"));
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 300; i++) {
      StringBuilder text = new StringBuilder();
      int length = random.nextInt(1, 60);
      for (int n = 0; n < length; n++) {
        switch (random.nextInt(8)) {
          case 0 -> text.appendCodePoint(character(random));
          case 1 -> text.append(" ");
          case 2 -> text.append((char) random.nextInt(128));
          default -> text.append(slow.pieces.get(random.nextInt(259, slow.pieces.size())));
        }
      }
      texts.add(text.toString());
    }
    return texts;
  }

  /** Any character, no half of one. */
  private static int character(SplittableRandom random) {
    int character = random.nextInt(random.nextBoolean() ? 0x800 : 0x110000);
    return Character.getType(character) == Character.SURROGATE ? 'x' : character;
  }

  @Test
  void knownIds() {
    Llama2cTokenizer tokenizer = embedded();
    // As llama2.c's run prints them for the same prompt.
    assertThat(tokenizer.encode("")).containsExactly(1);
    assertThat(tokenizer.encode("Once upon a time")).startsWith(1).hasSizeLessThan(8);
    assertThat(tokenizer.size()).isEqualTo(SIZE);
  }

  @Test
  void mergesAsTheDefinitionSays() {
    Llama2cTokenizer tokenizer = embedded();
    Slow slow = new Slow(file, SIZE);
    for (String text : texts(slow)) {
      assertThat(tokenizer.encode(text)).as("ids of %s", text).isEqualTo(slow.encode(text));
    }
  }

  @Test
  void mergesAsTheDefinitionSaysWhateverTheVocabulary() {
    // Few letters, many pieces, few different scores: merges compete everywhere.
    SplittableRandom random = new SplittableRandom(3);
    for (int round = 0; round < 30; round++) {
      int size = 259 + random.nextInt(5, 60);
      ByteBuffer buffer = ByteBuffer.allocate(1 << 14).order(ByteOrder.LITTLE_ENDIAN).putInt(9);
      for (int id = 0; id < size; id++) {
        String piece = id < 262 ? " ab".substring(id % 3, id % 3 + 1) : "";
        for (int n = random.nextInt(2, 5); id >= 262 && n > 0; n--) {
          piece += " ab".charAt(random.nextInt(3));
        }
        buffer.putFloat(-random.nextInt(6)).putInt(piece.length());
        buffer.put(piece.getBytes(StandardCharsets.UTF_8));
      }
      byte[] bytes = Arrays.copyOf(buffer.array(), buffer.position());
      Llama2cTokenizer tokenizer = Llama2cTokenizer.read("random", bytes, size);
      Slow slow = new Slow(bytes, size);
      for (int i = 0; i < 40; i++) {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(40); n >= 0; n--) {
          text.append(" abc".charAt(random.nextInt(4)));
        }
        assertThat(tokenizer.encode(text.toString()))
            .as("ids of '%s' in round %d", text, round)
            .isEqualTo(slow.encode(text.toString()));
      }
    }
  }

  @Test
  void everyTextComesBack() {
    Llama2cTokenizer tokenizer = embedded();
    for (String text : texts(new Slow(file, SIZE))) {
      assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
    }
    // Half a character is none: it comes back as what Java writes for it.
    assertThat(tokenizer.decode(tokenizer.encode("a\ud800b\udfff"))).isEqualTo("a?b?");
  }

  @Test
  void piecesComeAsWholeCharactersAndMakeTheWholeText() {
    Llama2cTokenizer tokenizer = embedded();
    for (String text : texts(new Slow(file, SIZE))) {
      TokenDecoder decoder = tokenizer.decoder();
      StringBuilder pieces = new StringBuilder();
      for (int id : tokenizer.encode(text)) {
        String piece = decoder.next(id);
        assertThat(piece)
            .isEqualTo(
                new String(
                    piece.codePoints().toArray(), 0, piece.codePointCount(0, piece.length())));
        assertThat(piece.codePoints().noneMatch(c -> Character.getType(c) == Character.SURROGATE))
            .as("half a character in %s", piece)
            .isTrue();
        pieces.append(piece);
      }
      assertThat(decoder.end()).isEmpty();
      assertThat(pieces).hasToString(text);
    }
  }

  @Test
  void anyIdsMakeTheTextOfTheirBytes() {
    Llama2cTokenizer tokenizer = embedded();
    Slow slow = new Slow(file, SIZE);
    SplittableRandom random = new SplittableRandom(11);
    for (int round = 0; round < 2_000; round++) {
      int[] ids = new int[random.nextInt(30)];
      java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
      int previous = -1;
      for (int i = 0; i < ids.length; i++) {
        // Mostly bytes, and of those mostly parts of characters.
        int id = random.nextInt(4) == 0 ? random.nextInt(SIZE) : 3 + random.nextInt(100, 256);
        ids[i] = id;
        if (id >= 3 && id < 259) {
          bytes.write(id - 3);
        } else if (id != 1 && id != 2) {
          String piece = slow.pieces.get(id);
          boolean begins = previous == 1 && piece.startsWith(" ");
          bytes.writeBytes((begins ? piece.substring(1) : piece).getBytes(StandardCharsets.UTF_8));
        }
        previous = id;
      }
      String expected = new String(bytes.toByteArray(), StandardCharsets.UTF_8);
      assertThat(tokenizer.decode(ids)).as(Arrays.toString(ids)).isEqualTo(expected);
    }
  }

  @Test
  void idsOutOfRangeAreRefused() {
    for (int id : new int[] {-1, SIZE, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> embedded().decode(1, id))
          .withMessage("token id %d is out of range: there are %d tokens".formatted(id, SIZE));
    }
  }

  @Test
  @Timeout(120)
  void longTextsTakeLittleLonger() {
    Llama2cTokenizer tokenizer = embedded();
    String text = "Once upon a time there was aaaaaaaa \ud83d\ude00 dog. ".repeat(20_000);
    int[] ids = tokenizer.encode(text);
    assertThat(tokenizer.decode(ids)).isEqualTo(text);
    assertThat(tokenizer.encode("a".repeat(500_000))).hasSizeGreaterThan(1_000);
  }

  @Test
  void aFileAloneSaysHowManyTokensThereAre(@TempDir Path folder) throws IOException {
    Path copy = folder.resolve("tokenizer.bin");
    Files.write(copy, file);
    assertThat(Tokenizers.read(copy).size()).isEqualTo(SIZE);
    assertThat(Tokenizers.read(copy).encode("Once")).isEqualTo(embedded().encode("Once"));
    for (int length : new int[] {0, 3, 4, 11, 100, file.length - 1}) {
      Files.write(copy, Arrays.copyOf(file, length));
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() -> Tokenizers.read(copy))
          .withMessageStartingWith(copy + ": ")
          .withMessageContaining("expected ");
    }
    byte[] damaged = file.clone();
    damaged[4 + 4 + 3] = -1; // the first token's length
    Files.write(copy, damaged);
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Tokenizers.read(copy))
        .withMessageContaining("expected ");
  }

  @Test
  void damagedFilesAreRefused() {
    for (int length : new int[] {0, 3, 4, 11, 100, file.length - 1}) {
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() -> Llama2cTokenizer.read("t", Arrays.copyOf(file, length), SIZE))
          .withMessageStartingWith("t: ")
          .withMessageContaining("expected ");
    }
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Llama2cTokenizer.read("t", Arrays.copyOf(file, file.length + 1), SIZE))
        .withMessage(
            "t: size: expected nothing after 512 tokens, as many as the model has, found 1 bytes more");
    for (int size : new int[] {0, -1, 258, SIZE - 1, SIZE + 1, Integer.MAX_VALUE}) {
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() -> Llama2cTokenizer.read("t", file, size));
    }
    for (int length : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, file.length}) {
      byte[] wrong = file.clone();
      ByteBuffer.wrap(wrong).order(ByteOrder.LITTLE_ENDIAN).putInt(8, length);
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() -> Llama2cTokenizer.read("t", wrong, SIZE))
          .withMessageStartingWith("t: token 0: length: expected 0 to ")
          .withMessageEndingWith("found " + length);
    }
    byte[] wrong = file.clone();
    ByteBuffer.wrap(wrong).order(ByteOrder.LITTLE_ENDIAN).putFloat(4, Float.NaN);
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> Llama2cTokenizer.read("t", wrong, SIZE))
        .withMessage("t: token 0: score: expected a finite number, found NaN");
  }
}
