package org.gta4j.server.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.gta4j.answer.AnswerReader;
import org.gta4j.chat.tools.AnswerEvents;
import org.gta4j.chat.tools.ToolChoice;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * One answer of a chat as far as it has come: its thoughts, its text and its calls, which it gives
 * out piece by piece as OpenAI's {@code delta}, or at the end as a {@code message}.
 *
 * <p>Not thread-safe.
 */
final class ChatChoice {
  /** A call, as far as it has come. */
  private static final class Call {
    private final String id = "call_" + UUID.randomUUID().toString().replace("-", "");
    private final String name;
    private final StringBuilder arguments = new StringBuilder();
    private boolean isBroken;

    Call(String name) {
      this.name = name;
    }
  }

  private final ChatRequest request;
  private final int index;
  private final boolean mustCall;
  private final AnswerReader reader;
  private final Optional<ChatLogProbs> logProbs;
  private final StringBuilder reasoning = new StringBuilder();
  private final StringBuilder content = new StringBuilder();
  private final List<Call> calls = new ArrayList<>();

  /** What has not been given out yet. */
  private final List<ObjectNode> deltas = new ArrayList<>();

  ChatChoice(ChatRequest request, ServedModel model, int index) {
    this.request = request;
    this.index = index;
    mustCall =
        request.chat().prompt().choice() instanceof ToolChoice.Required
            || request.chat().prompt().choice() instanceof ToolChoice.Named;
    reader = new AnswerReader(request.chat(), new Found());
    logProbs =
        request.alternatives().isPresent()
            ? Optional.of(new ChatLogProbs(model.model().tokenizer()))
            : Optional.empty();
  }

  /** Its number. */
  int index() {
    return index;
  }

  /** Its log-probabilities, where they are wanted. */
  Optional<ChatLogProbs> logProbs() {
    return logProbs;
  }

  /** More text of the model. */
  void accept(String piece) {
    reader.accept(piece);
  }

  /**
   * Nothing more comes.
   *
   * @param isCutOff whether there was no room for more
   */
  void end(boolean isCutOff) {
    if (isCutOff) {
      reader.cutOff();
    } else {
      reader.end();
    }
  }

  private void addContent(String piece) {
    if (mustCall) {
      return; // It can only be the beginning of a call that was cut off.
    }
    content.append(piece);
    delta().put("content", piece);
  }

  private ObjectNode delta() {
    ObjectNode delta = JsonNodeFactory.instance.objectNode();
    deltas.add(delta);
    return delta;
  }

  /** The deltas since this was asked last. */
  List<ObjectNode> takeDeltas() {
    List<ObjectNode> taken = List.copyOf(deltas);
    deltas.clear();
    return taken;
  }

  /** Why it has ended, if the model ended it for {@code reason}. */
  String finish(String reason) {
    boolean called = calls.stream().anyMatch(call -> !call.isBroken);
    return called && reason.equals("stop") ? "tool_calls" : reason;
  }

  /** All of it. */
  ObjectNode message() {
    ObjectNode message = JsonNodeFactory.instance.objectNode();
    message.put("role", "assistant");
    List<Call> whole = calls.stream().filter(call -> !call.isBroken).toList();
    if (content.isEmpty() && !whole.isEmpty()) {
      message.putNull("content");
    } else {
      message.put("content", content.toString());
    }
    if (!reasoning.isEmpty()) {
      message.put("reasoning_content", reasoning.toString());
    }
    message.putNull("refusal");
    if (!whole.isEmpty()) {
      ArrayNode list = message.putArray("tool_calls");
      whole.forEach(call -> write(list.addObject(), call, call.arguments.toString()));
    }
    return message;
  }

  private static ObjectNode write(ObjectNode to, Call call, String arguments) {
    to.put("id", call.id);
    to.put("type", "function");
    to.putObject("function").put("name", call.name).put("arguments", arguments);
    return to;
  }

  /** What is found in the answer. */
  private final class Found implements AnswerEvents {
    /** Whether a call is one more than the client wants. */
    private boolean isLeftOut(int call) {
      return request.oneCall() && call > 0;
    }

    @Override
    public void reasoning(String text) {
      reasoning.append(text);
      delta().put("reasoning_content", text);
    }

    @Override
    public void content(String text) {
      addContent(text);
    }

    @Override
    public void callBegan(int number, String name) {
      if (isLeftOut(number)) {
        return;
      }
      Call call = new Call(name);
      calls.add(call);
      ObjectNode entry = delta().putArray("tool_calls").addObject();
      entry.put("index", number);
      write(entry, call, "");
    }

    @Override
    public void argumentsPiece(int number, String text) {
      if (isLeftOut(number)) {
        return;
      }
      calls.get(number).arguments.append(text);
      ObjectNode entry = delta().putArray("tool_calls").addObject();
      entry.put("index", number);
      entry.putObject("function").put("arguments", text);
    }

    @Override
    public void callEnded(int number) {}

    @Override
    public void callBroken(int number, Fault fault, String text) {
      // What was cut off is a call without its end, as OpenAI tells it; what is malformed is none.
      if (fault == Fault.MALFORMED && !isLeftOut(number)) {
        calls.get(number).isBroken = true;
        addContent(text);
      }
    }
  }
}
