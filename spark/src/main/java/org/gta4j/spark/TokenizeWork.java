package org.gta4j.spark;

import java.util.List;
import org.gta4j.tokenizer.ControlTokens;
import org.gta4j.tokenizer.Tokenizer;
import scala.collection.immutable.ArraySeq;

/**
 * Turns texts into token ids.
 *
 * @param model whose tokenizer it is
 * @param framed whether ids begin with what the model expects before a prompt
 * @param escaped whether names of control tokens in a text are ordinary text
 */
record TokenizeWork(ModelLocation model, boolean framed, boolean escaped) implements RowWork {
  private static final long serialVersionUID = 1L;

  @Override
  public Opened open() {
    return new Task(GtaEngines.tokenizer(model));
  }

  private final class Task implements Opened {
    private final Tokenizer tokenizer;

    Task(Tokenizer tokenizer) {
      this.tokenizer = tokenizer;
    }

    @Override
    public int window() {
      return 1;
    }

    @Override
    public Begun begin(String text, String key, Object task) {
      int[] ids =
          tokenizer.encode(
              text,
              framed ? Tokenizer.Framing.PROMPT : Tokenizer.Framing.NONE,
              escaped ? ControlTokens.ESCAPED : ControlTokens.PARSED);
      return new Computed(List.of(new ArraySeq.ofInt(ids), ids.length), ids.length);
    }

    @Override
    public void close() {
      // The tokenizer stays for the next task.
    }
  }
}
