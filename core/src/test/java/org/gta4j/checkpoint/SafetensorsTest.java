package org.gta4j.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Halves;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Safetensors files: what is written is read again, and what is wrong is refused. */
class SafetensorsTest {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();

  @TempDir private Path folder;

  /** A tensor of random bytes. */
  private static Tensor random(DType dtype, long seed, long... sizes) {
    Shape shape = Shape.of(sizes);
    byte[] bytes = new byte[(int) dtype.bytes(shape.elements())];
    new SplittableRandom(seed).nextBytes(bytes);
    return new Tensor(dtype, shape, MemorySegment.ofArray(bytes));
  }

  private static byte[] bytes(Tensor tensor) {
    return tensor.data().toArray(ValueLayout.JAVA_BYTE);
  }

  private static JsonNode header(byte[] file) {
    int length = Math.toIntExact(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong());
    return MAPPER.readTree(new String(file, 8, length, StandardCharsets.UTF_8));
  }

  private static SequencedMap<String, Tensor> ofAllTypes() {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    for (DType dtype : Arrays.stream(DType.values()).filter(DType::isSafetensors).toList()) {
      tensors.put("b." + dtype, random(dtype, dtype.name().length(), 3, 5));
      tensors.put("empty." + dtype, random(dtype, 1, 4, 0, 2));
      tensors.put("a." + dtype, random(dtype, 2, 7));
      tensors.put("number." + dtype, random(dtype, 3));
    }
    tensors.put(
        "an \"odd\"\n name \u00e9 \ud83d\ude00", random(DType.F32, 4, 1, 1, 1, 1, 1, 1, 1, 2));
    return tensors;
  }

  @Test
  void everyTypeComesBackAsItWasInTheSameOrder() throws IOException {
    SequencedMap<String, Tensor> written = ofAllTypes();
    Path file = folder.resolve("model.safetensors");
    SafetensorsWriter.write(file, written);
    try (Arena arena = Arena.ofConfined()) {
      SequencedMap<String, Tensor> read = SafetensorsReader.read(file, arena);
      assertThat(read.keySet()).containsExactlyInAnyOrderElementsOf(written.keySet());
      written.forEach((name, tensor) -> {
        Tensor found = read.get(name);
        assertThat(found).as(name).isNotNull();
        if (found != null) {
          assertThat(found.dtype()).isEqualTo(tensor.dtype());
          assertThat(found.shape()).isEqualTo(tensor.shape());
          assertThat(bytes(found)).isEqualTo(bytes(tensor));
        }
      });
      assertThat(read.keySet().stream().filter(name -> !name.startsWith("empty.")))
          .containsExactlyElementsOf(
              written.keySet().stream().filter(name -> !name.startsWith("empty.")).toList());
    }
  }

  @Test
  void textsAboutTheFileComeBack() throws IOException {
    Path file = folder.resolve("model.safetensors");
    SafetensorsWriter.write(file, ofAllTypes(), Map.of("tokenizer", "0a1b2c3d"));
    assertThat(SafetensorsReader.metadata(file))
        .isEqualTo(Map.of("format", "pt", "tokenizer", "0a1b2c3d"));
    Files.write(file, new byte[7]);
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> SafetensorsReader.metadata(file));
  }

  @Test
  void theFileIsAsTheFormatDemands() throws IOException {
    Path file = folder.resolve("model.safetensors");
    SafetensorsWriter.write(file, ofAllTypes());
    byte[] bytes = Files.readAllBytes(file);
    long length = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    assertThat((length + 8) % 8).as("tensors begin at a multiple of 8").isZero();
    assertThat(bytes[8]).as("the header begins with its object").isEqualTo((byte) '{');
    JsonNode header = header(bytes);
    assertThat(header.path("__metadata__").path("format").asString()).isEqualTo("pt");
    long at = 0;
    for (var entry : header.properties()) {
      if (!entry.getKey().equals("__metadata__")) {
        JsonNode offsets = entry.getValue().path("data_offsets");
        assertThat(offsets.path(0).longValue()).as(entry.getKey()).isEqualTo(at);
        at = offsets.path(1).longValue();
      }
    }
    assertThat(8 + length + at).isEqualTo(bytes.length);
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "F16", "BF16"})
  void numbersAreRoundedAndEverythingElseIsKept(DType dtype) {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    float[] values = new float[600_001]; // more than one buffer
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    for (DType from : new DType[] {DType.F32, DType.F16, DType.BF16}) {
      Tensor tensor = random(from, 1, values.length);
      for (int i = 0; i < values.length; i++) {
        tensor.set(i, values[i]);
      }
      tensors.put("from." + from, tensor);
    }
    tensors.put("ids", random(DType.I64, 6, 9));
    tensors.put("double", random(DType.F64, 7, 9));
    tensors.put("empty", random(DType.F32, 8, 0));
    Path file = folder.resolve("model.safetensors");
    SafetensorsWriter.write(file, tensors, dtype);
    try (Arena arena = Arena.ofConfined()) {
      SequencedMap<String, Tensor> read = SafetensorsReader.read(file, arena);
      for (String name : new String[] {"ids", "double"}) {
        assertThat(bytes(read.getOrDefault(name, random(DType.U8, 0, 1))))
            .isEqualTo(bytes(tensors.getOrDefault(name, random(DType.U8, 0, 2))));
      }
      tensors.forEach((name, tensor) -> {
        if (name.startsWith("from.")) {
          Tensor found = read.getOrDefault(name, tensor);
          assertThat(found.dtype()).isEqualTo(dtype);
          for (int i = 0; i < values.length; i++) {
            float exact = tensor.get(i);
            float expected =
                switch (dtype) {
                  case F16 -> Halves.fromF16(Halves.toF16(exact));
                  case BF16 -> Halves.fromBf16(Halves.toBf16(exact));
                  default -> exact;
                };
            if (found.get(i) != expected) {
              assertThat(found.get(i)).as("%s[%d]", name, i).isEqualTo(expected);
            }
          }
        }
      });
    }
  }

  @Test
  void f16DoesNotSilentlyTurnNumbersIntoInfinity() {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("large", Tensor.of(Shape.of(2), 1f, -65_520f));
    Path file = folder.resolve("model.safetensors");
    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> SafetensorsWriter.write(file, tensors, DType.F16))
        .withMessageContaining("large")
        .withMessageContaining("-65520");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void typesThatNumbersCannotBeRoundedToAreRefused() {
    SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("x", Tensor.of(Shape.of(1), 1f));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SafetensorsWriter.write(folder.resolve("x"), tensors, DType.I8))
        .withMessage("weights: expected f32, f16 or bf16, found i8");
    tensors.put("__metadata__", Tensor.of(Shape.of(1), 1f));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SafetensorsWriter.write(folder.resolve("x"), tensors));
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void tensorsLieAnywhereInTheFile() throws IOException {
    for (int spaces = 0; spaces < 9; spaces++) {
      String entries =
          "{\"a\":%s,\"b\":%s}%s"
              .formatted(
                  entry("F16", "[3]", 0, 6), entry("F32", "[1,2]", 6, 14), " ".repeat(spaces));
      ByteBuffer data = ByteBuffer.allocate(14).order(ByteOrder.LITTLE_ENDIAN);
      data.putShort(Halves.toF16(1)).putShort(Halves.toF16(-2)).putShort(Halves.toF16(0.5f));
      data.putFloat(3.25f).putFloat(-1e-20f);
      Path file = write(entries, data.array());
      try (Arena arena = Arena.ofConfined()) {
        Weights weights = new Weights("", SafetensorsReader.read(file, arena));
        assertThat(weights.get("a", 3).toFloats()).containsExactly(1, -2, 0.5f);
        assertThat(weights.get("b", 1, 2).toFloats()).containsExactly(3.25f, -1e-20f);
      }
    }
  }

  private static String entry(String dtype, String shape, long begin, long end) {
    return "{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
        .formatted(dtype, shape, begin, end);
  }

  private Path write(String header, byte[] data) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(json.length).put(json).put(data);
    return Files.write(folder.resolve("file.safetensors"), file.array());
  }

  static Stream<Arguments> wrongHeaders() {
    String good = entry("F32", "[2]", 0, 8);
    return Stream.of(
        Arguments.of("[]", "header: content: expected a JSON object, found a list"),
        Arguments.of("{\"a\":" + good, "header: content: expected a JSON object, found a mistake"),
        Arguments.of("{\"a\":" + good + "}x", "header: content: expected"),
        Arguments.of(
            "{\"a\":" + good + ",\"a\":" + good + "}",
            "found a mistake in line 1: Duplicate Object property \"a\""),
        Arguments.of(
            "{\"a\":3}",
            "tensor a: expected an object with dtype, shape and data_offsets, found 3"),
        Arguments.of("{\"a\":{}}", "tensor a: dtype: expected to be there, found no such key"),
        Arguments.of(
            "{\"a\":" + entry("F31", "[2]", 0, 8) + "}",
            "tensor a: dtype: expected a type of the safetensors format, found F31"),
        Arguments.of(
            "{\"a\":" + entry("F32", "2", 0, 8) + "}",
            "tensor a: shape: expected a list of integers, found 2"),
        Arguments.of(
            "{\"a\":" + entry("F32", "[-2]", 0, 8) + "}",
            "tensor a: shape: expected integers from 0 to 2^63 - 1, found -2"),
        Arguments.of(
            "{\"a\":" + entry("F32", "[2.0]", 0, 8) + "}",
            "tensor a: shape: expected integers from 0 to 2^63 - 1, found 2.0"),
        Arguments.of(
            "{\"a\":" + entry("F32", "[9223372036854775808]", 0, 8) + "}",
            "found 9223372036854775808"),
        Arguments.of(
            "{\"a\":" + entry("F32", "[4294967296, 4294967296]", 0, 8) + "}",
            "tensor a: shape: expected fewer than 2^63 elements"),
        Arguments.of(
            "{\"a\":" + entry("F32", "[4611686018427387904]", 0, 8) + "}",
            "tensor a: shape: expected fewer than 2^63 bytes"),
        Arguments.of(
            "{\"a\":" + entry("F32", "[1,1,1,1,1,1,1,1,2]", 0, 8) + "}",
            "tensor a: shape: expected at most 8 integers, found more"),
        Arguments.of(
            "{\"a\":" + entry("F32", "[3]", 0, 8) + "}",
            "tensor a: data_offsets: expected [begin, end], 12 bytes apart for F32 [3], found [0, 8]"),
        Arguments.of(
            "{\"a\":" + entry("F32", "[2]", 8, 0) + "}",
            "tensor a: data_offsets: expected [begin, end], 8 bytes apart for F32 [2], found [8, 0]"),
        Arguments.of(
            "{\"a\":" + entry("F32", "[1]", 4, 8) + "}",
            "tensor a: data_offsets: expected to begin at 0, where the tensor before it ends, found 4"),
        Arguments.of(
            "{\"a\":" + good + ",\"b\":" + good + "}",
            "tensor b: data_offsets: expected to begin at 8"),
        Arguments.of(
            "{\"a\":" + entry("F32", "[3]", 0, 12) + "}",
            "tensor a: data_offsets: expected to end within the file's 8 bytes of data, found 12"),
        Arguments.of(
            "{\"a\":" + entry("F32", "[1]", 0, 4) + "}",
            "size: expected 4 bytes of tensors, as the header says, found 8"),
        Arguments.of("{}", "size: expected 0 bytes of tensors, as the header says, found 8"));
  }

  @ParameterizedTest
  @MethodSource("wrongHeaders")
  void wrongHeadersAreRefusedWithFieldExpectedAndFound(String header, String message)
      throws IOException {
    Path file = write(header, new byte[8]);
    try (Arena arena = Arena.ofConfined()) {
      assertThatExceptionOfType(CheckpointException.class)
          .isThrownBy(() -> SafetensorsReader.read(file, arena))
          .withMessageStartingWith(file + ": ")
          .withMessageContaining(message);
    }
  }

  @Test
  void whatThisVersionDoesNotKnowInAnEntryIsLeftAlone() throws IOException {
    String header =
        "{\"__metadata__\":{\"a\":{\"b\":[1,[2]]}},\"a\":{\"later\":{\"x\":[{}]},\"dtype\":\"F32\",\"shape\":[2],\"more\":[[],[[]]],\"data_offsets\":[0,8]}}";
    try (Arena arena = Arena.ofConfined()) {
      assertThat(SafetensorsReader.read(write(header, new byte[8]), arena).keySet())
          .containsExactly("a");
    }
  }

  @Test
  void piecesThatDoNotFitOrAreMissingAreRefused(@TempDir Path folder) {
    SequencedMap<String, Shape> shapes = new LinkedHashMap<>();
    shapes.put("a", Shape.of(2));
    shapes.put("b", Shape.of(3));
    MemorySegment two = MemorySegment.ofArray(new float[] {1, 2});
    MemorySegment four = MemorySegment.ofArray(new float[4]);
    Path file = folder.resolve("pieces");
    for (SafetensorsPieces.Content wrong :
        List.<SafetensorsPieces.Content>of(
            pieces -> pieces.put("a", 0, four),
            pieces -> pieces.put("a", 1, two),
            pieces -> pieces.put("a", -1, two),
            pieces -> pieces.put("a", Long.MAX_VALUE / 8, two),
            pieces -> pieces.put("c", 0, two),
            pieces -> {
              pieces.put("a", 0, two);
              pieces.put("a", 0, two);
            })) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> SafetensorsPieces.write(file, DType.F32, shapes, wrong));
      assertThat(file).doesNotExist();
    }
    assertThatIllegalStateException()
        .isThrownBy(() ->
            SafetensorsPieces.write(file, DType.F32, shapes, pieces -> pieces.put("a", 0, two)))
        .withMessageContaining("12 bytes of tensor b");
    assertThat(file).doesNotExist();
  }
}
