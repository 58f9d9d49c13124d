package org.gta4j.train.teacher;

import java.util.Arrays;
import java.util.function.IntSupplier;
import java.util.function.LongConsumer;
import org.gta4j.generate.LanguageModel;
import org.gta4j.tensor.FloatMatrix;
import org.gta4j.tokenizer.ControlTokens;
import org.gta4j.tokenizer.Tokenizer;

/**
 * Reads texts with a model, and says for each token of another, smaller tokenizer what the model
 * finds probable there.
 *
 * <p>Where both tokenizers have a border at the same byte, the model's probabilities are those of
 * its own next token; a token that the smaller vocabulary lacks counts for the first of the tokens
 * that it is made of there. Elsewhere nothing is said.
 *
 * <p>Not thread-safe.
 */
public final class Teacher implements AutoCloseable {
  /** What is less probable than the most probable token by this factor, e^-16, is left out. */
  private static final float NEGLIGIBLE = 16;

  private final LanguageModel model;
  private final Tokenizer tokenizer;
  private final Tokenizer student;
  private final int top;
  private final int[] studentIds;
  private final float[] row;
  private final float[] mass;

  /**
   * A teacher.
   *
   * @param model what teaches; closed with this
   * @param tokenizer its tokenizer
   * @param student the tokenizer of the model that learns
   * @param top how many tokens are told for each place at most
   */
  public Teacher(LanguageModel model, Tokenizer tokenizer, Tokenizer student, int top) {
    if (top < 1 || top > student.size()) {
      throw new IllegalArgumentException(
          "expected 1 to %d tokens a place, found %d".formatted(student.size(), top));
    }
    this.model = model;
    this.tokenizer = tokenizer;
    this.student = student;
    this.top = top;
    studentIds = studentIds();
    row = new float[model.config().vocabSize()];
    mass = new float[student.size()];
  }

  /** For each token of the teacher the student's, or the first of them; −1 where there is none. */
  private int[] studentIds() {
    int[] ids = new int[model.config().vocabSize()];
    Arrays.fill(ids, -1);
    for (int id = 0; id < Math.min(ids.length, tokenizer.size()); id++) {
      if (!tokenizer.isControl(id)) {
        ids[id] = student.id(tokenizer.name(id)).orElseGet(first(tokenizer.decode(id)));
      }
    }
    return ids;
  }

  private IntSupplier first(String text) {
    return () -> {
      if (text.isEmpty() || text.indexOf('\uFFFD') >= 0) {
        return -1; // a part of a character
      }
      int[] pieces = student.encode(text, Tokenizer.Framing.NONE, ControlTokens.ESCAPED);
      return pieces.length == 0 ? -1 : pieces[0];
    };
  }

  /**
   * Teaches one document.
   *
   * @param read is told how many of the teacher's tokens have been read
   * @throws IllegalArgumentException if the tokenizers do not agree about the document's bytes
   */
  public Lesson teach(String document, LongConsumer read) {
    int[] wanted = student.encode(document, Tokenizer.Framing.NONE, ControlTokens.ESCAPED);
    int[] ids = tokenizer.encode(document, Tokenizer.Framing.NONE, ControlTokens.ESCAPED);
    Lesson lesson = Lesson.of(wanted, top);
    int[] place = places(wanted, ids);
    int size = model.contextLength();
    for (int from = 0; from < ids.length; from += size) {
      int begin = from;
      int[] window = Arrays.copyOfRange(ids, from, Math.min(from + size, ids.length));
      model.score(
          window,
          (position, logits, matrixRow) -> {
            int next = begin + position + 1;
            if (next < place.length && place[next] >= 0) {
              tell(logits, matrixRow, lesson, place[next]);
            }
          });
      read.accept(window.length);
    }
    return lesson;
  }

  /** For each of the teacher's tokens the student's that begins at the same byte; −1 for none. */
  private int[] places(int[] wanted, int[] ids) {
    int[] places = new int[ids.length];
    int at = 0;
    long wantedBytes = 0;
    long bytes = 0;
    for (int i = 0; i < ids.length; i++) {
      while (at < wanted.length && wantedBytes < bytes) {
        wantedBytes += student.bytes(wanted[at]).length;
        at++;
      }
      places[i] = wantedBytes == bytes && at < wanted.length ? at : -1;
      bytes += tokenizer.bytes(ids[i]).length;
    }
    for (; at < wanted.length; at++) {
      wantedBytes += student.bytes(wanted[at]).length;
    }
    if (wantedBytes != bytes) {
      throw new IllegalArgumentException(
          "expected two tokenizers that give back every byte, found %d and %d bytes of one text"
              .formatted(bytes, wantedBytes));
    }
    return places;
  }

  private void tell(FloatMatrix logits, int matrixRow, Lesson lesson, int place) {
    logits.copyRow(matrixRow, row, 0);
    float largest = Float.NEGATIVE_INFINITY;
    for (float logit : row) {
      largest = Math.max(largest, logit);
    }
    float least = largest - NEGLIGIBLE;
    double sum = 0;
    Arrays.fill(mass, 0);
    for (int id = 0; id < row.length; id++) {
      if (row[id] > least) {
        double p = Math.exp((double) row[id] - largest);
        sum += p;
        if (studentIds[id] >= 0) {
          mass[studentIds[id]] += (float) p;
        }
      }
    }
    if (!(sum > 0) || !Double.isFinite(sum)) {
      throw new IllegalArgumentException("the teacher's logits are no finite numbers");
    }
    lesson.tell(place, mass, sum);
  }

  @Override
  public void close() {
    model.close();
  }
}
