package org.gta4j.spark;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.gta4j.chat.ChatIds;
import org.gta4j.chat.ChatMessage;
import org.gta4j.chat.ChatTemplates;
import org.gta4j.chat.Conversation;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.generate.Generation;
import org.gta4j.generate.Request;
import org.gta4j.generate.Sampling;
import scala.collection.immutable.ArraySeq;

/**
 * Continues or answers texts.
 *
 * @param engine what computes
 * @param choice how tokens are chosen
 * @param maxTokens how many tokens an answer has at most
 * @param stop texts that end an answer
 * @param raw whether a text is continued as it is, where the model has a chat template too
 * @param system what a chat model is told first; nothing where it is empty
 * @param escaped whether names of control tokens in a text are ordinary text
 */
record GenerateWork(
    EngineOptions engine,
    Choice choice,
    int maxTokens,
    String[] stop,
    boolean raw,
    String system,
    boolean escaped)
    implements RowWork {
  private static final long serialVersionUID = 1L;

  /** What {@link Sampling} says, on its way to the tasks. */
  record Choice(
      double temperature, int topK, double topP, double minP, double repeatPenalty, long seed)
      implements java.io.Serializable {
    private static final long serialVersionUID = 1L;

    /**
     * For a row.
     *
     * @throws IllegalArgumentException if a number is out of range
     */
    Sampling sampling(String key) {
      return new Sampling(
          temperature, topK, topP, minP, repeatPenalty, temperature == 0 ? seed : seedOf(key));
    }

    /**
     * Where the random numbers of a row begin: told by the seed and what the row is known by, and
     * not by where it lies among others.
     */
    private long seedOf(String key) {
      try {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(seed).flip());
        return ByteBuffer.wrap(digest.digest(key.getBytes(StandardCharsets.UTF_8))).getLong();
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java has SHA-256", e);
      }
    }
  }

  /** Checks the ranges on the driver. */
  GenerateWork {
    choice.sampling("");
    if (maxTokens < 1) {
      throw new IllegalArgumentException(
          "maxTokens: expected an integer from 1 on, found " + maxTokens);
    }
    if (List.of(stop).contains("")) {
      throw new IllegalArgumentException("stop: expected a text, found an empty one");
    }
  }

  @Override
  public Opened open() {
    return new Task();
  }

  private final class Task extends EngineTask {
    Task() {
      super(engine, escaped);
    }

    @Override
    Request request(String text, String key) {
      int[] prompt = prompt(text);
      if (prompt.length == 0) {
        throw new RefusedRowException("the text has no tokens: expected at least one");
      }
      int most = Math.min(maxTokens, engine().room(prompt.length));
      return new Request(prompt, most, choice.sampling(key), List.of(stop), false);
    }

    private int[] prompt(String text) {
      Optional<ChatTemplates> templates = lease().chatTemplates();
      if (raw || templates.isEmpty()) {
        return encode(text);
      }
      List<ChatMessage> messages = new ArrayList<>();
      if (!system.isEmpty()) {
        messages.add(ChatMessage.of("system", system));
      }
      messages.add(ChatMessage.of("user", text));
      try {
        return new ChatIds(templates.get(), engine().model().tokenizer().orElseThrow(), escaped)
            .prompt(Conversation.toAnswer(messages));
      } catch (CheckpointException e) {
        throw new RefusedRowException(e); // the template does not take it
      }
    }

    @Override
    Computed computed(RunningText text, Generation generation) {
      return new Computed(
          List.of(
              generation.text(),
              new ArraySeq.ofInt(generation.ids()),
              generation.finish().orElseThrow().label()),
          (long) generation.request().prompt().length + generation.ids().length);
    }
  }
}
