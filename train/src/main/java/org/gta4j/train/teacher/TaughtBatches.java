package org.gta4j.train.teacher;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.checkpoint.SafetensorsReader;
import org.gta4j.checkpoint.SafetensorsWriter;
import org.gta4j.tensor.DType;
import org.gta4j.tensor.Shape;
import org.gta4j.tensor.Tensor;
import org.gta4j.train.batch.Batch;
import org.gta4j.train.batch.Batches;
import org.gta4j.train.batch.TokenBatches;
import org.gta4j.train.run.Checksum;

/**
 * Sequences of a text that a teacher has read: at each token both the token itself and what the
 * teacher found probable are to be predicted. Cut and ordered as {@link TokenBatches} are.
 *
 * <p>Not thread-safe.
 */
public final class TaughtBatches implements Batches {
  private static final String TOKENS = "tokens";
  private static final String CHOICES = "taught_tokens";
  private static final String PROBABILITIES = "taught_probabilities";

  /** What the file's header calls the tokenizer's checksum. */
  private static final String TOKENIZER = "tokenizer";

  private final Arena arena;
  private final TokenBatches batches;
  private final int top;
  private final Tensor choices;
  private final Tensor probabilities;
  private final float part;
  private final String fingerprint;

  private TaughtBatches(
      Path file, String tokenizer, Arena arena, int length, long seed, double part) {
    this.arena = arena;
    this.part = (float) part;
    SequencedMap<String, Tensor> tensors = SafetensorsReader.read(file, arena);
    Tensor tokens = required(file, tensors, TOKENS, DType.I32, 1);
    choices = required(file, tensors, CHOICES, DType.I32, 2);
    probabilities = required(file, tensors, PROBABILITIES, DType.F32, 2);
    requireTokenizer(file, tokenizer);
    long count = tokens.shape().elements();
    top = Math.toIntExact(choices.shape().elements() / Math.max(1, count));
    if (count > Integer.MAX_VALUE
        || !choices.shape().equals(Shape.of(count, top))
        || !probabilities.shape().equals(choices.shape())) {
      throw CheckpointException.of(
          file.toString(),
          CHOICES,
          "a row for each of %d tokens, as in %s".formatted(count, PROBABILITIES),
          choices.shape() + " and " + probabilities.shape());
    }
    batches = new TokenBatches(tokens.toInts(), length, seed);
    fingerprint =
        String.format(
            Locale.ROOT,
            "%s, taught with checksum %08x, teacher's part %s",
            batches.fingerprint(),
            Checksum.of(List.of(choices, probabilities)),
            part);
  }

  private static void requireTokenizer(Path file, String tokenizer) {
    String found = SafetensorsReader.metadata(file).getOrDefault(TOKENIZER, "none");
    if (!found.equals(tokenizer)) {
      throw CheckpointException.of(
          file.toString(),
          TOKENIZER,
          "the one of the model that is trained (checksum %s)".formatted(tokenizer),
          found + ": its tokens are others; have the texts taught anew");
    }
  }

  private static Tensor required(
      Path file, SequencedMap<String, Tensor> tensors, String name, DType type, int rank) {
    Tensor tensor = tensors.get(name);
    if (tensor == null || tensor.dtype() != type || tensor.shape().rank() != rank) {
      throw CheckpointException.of(
          file.toString(),
          name,
          "a tensor of type %s with %d dimensions, as gta data teach writes"
              .formatted(type.label(), rank),
          tensor == null ? "none" : tensor.dtype().label() + " " + tensor.shape());
    }
    return tensor;
  }

  /**
   * The sequences in a file that {@link #write} made.
   *
   * @param tokenizer what tells the learner's tokenizer from others, as {@link #write} was told
   * @param length tokens a sequence
   * @param seed of the order
   * @param part how much of each target is the teacher's, 0 to 1; the rest is the text's own token
   * @throws CheckpointException if the file is damaged, holds something else, or is of another
   *     tokenizer
   * @throws IllegalArgumentException if there are fewer tokens than one sequence needs
   */
  @SuppressWarnings("MustBeClosedChecker") // close closes it
  public static TaughtBatches read(
      Path file, String tokenizer, int length, long seed, double part) {
    if (!(part >= 0 && part <= 1)) {
      throw new IllegalArgumentException("the teacher's part: expected 0 to 1, found " + part);
    }
    Arena arena = Arena.ofShared();
    try {
      return new TaughtBatches(file, tokenizer, arena, length, seed, part);
    } catch (RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  /**
   * Writes what a teacher said of documents.
   *
   * @param lessons one a document, all with the same number of choices
   * @param end what stands behind each document; nothing is told about it
   * @param tokenizer what tells the tokenizer of these tokens from others, such as a checksum
   * @throws CheckpointException if the file cannot be written
   */
  public static void write(Path file, List<Lesson> lessons, int end, String tokenizer) {
    int top = lessons.getFirst().top();
    long count = lessons.stream().mapToLong(lesson -> lesson.ids().length + 1L).sum();
    try (Arena arena = Arena.ofConfined()) {
      Tensor tokens = Tensor.allocate(arena, DType.I32, Shape.of(count));
      Tensor choices = Tensor.allocate(arena, DType.I32, Shape.of(count, top));
      Tensor probabilities = Tensor.allocate(arena, DType.F32, Shape.of(count, top));
      long at = 0;
      for (Lesson lesson : lessons) {
        copy(MemorySegment.ofArray(lesson.ids()), tokens, at);
        copy(MemorySegment.ofArray(lesson.tokens()), choices, at * top);
        copy(MemorySegment.ofArray(lesson.probabilities()), probabilities, at * top);
        at += lesson.ids().length;
        tokens.data().setAtIndex(Tensor.INT, at, end);
        at++;
      }
      SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
      tensors.put(TOKENS, tokens);
      tensors.put(CHOICES, choices);
      tensors.put(PROBABILITIES, probabilities);
      SafetensorsWriter.write(file, tensors, Map.of(TOKENIZER, tokenizer));
    }
  }

  private static void copy(MemorySegment from, Tensor to, long element) {
    MemorySegment.copy(from, 0, to.data(), element * Integer.BYTES, from.byteSize());
  }

  @Override
  public int length() {
    return batches.length();
  }

  @Override
  public long sequencesPerEpoch() {
    return batches.sequencesPerEpoch();
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public Batch read(long first, int rows) {
    Batch hard = batches.read(first, rows);
    int all = top + 1;
    int[] tokens = new int[Math.multiplyExact(hard.targets().length, all)];
    float[] weights = new float[tokens.length];
    for (int row = 0; row < rows; row++) {
      long targets = batches.begin(first + row) + 1;
      for (int i = row * length(); i < (row + 1) * length(); i++) {
        long place = (targets + i % length()) * top;
        float told = 0;
        for (int k = 0; k < top; k++) {
          float weight = part * probabilities.data().getAtIndex(Tensor.FLOAT, place + k);
          tokens[i * all + 1 + k] = choices.data().getAtIndex(Tensor.INT, place + k);
          weights[i * all + 1 + k] = weight;
          told += weight;
        }
        tokens[i * all] = hard.targets()[i];
        weights[i * all] = 1 - told; // also what the teacher leaves to tokens that it did not tell
      }
    }
    return new Batch(
        rows,
        length(),
        hard.ids(),
        hard.targets(),
        Optional.of(new Batch.SoftTargets(all, tokens, weights)));
  }

  @Override
  public void close() {
    arena.close();
  }
}
