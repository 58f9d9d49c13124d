package org.gta4j.chat.tools;

import java.util.Optional;
import java.util.Set;

/**
 * How a family of models writes calls of functions. A model's chat template shows which one it was
 * trained on, since it writes earlier calls that way.
 */
public enum ToolFormat {
  /**
   * {@code <tool_call>\n{"name": ..., "arguments": {...}}\n</tool_call>}: Hermes, Qwen 2.5 and 3,
   * Granite 4, and many more.
   */
  HERMES,

  /**
   * {@code <tool_call>\n<function=NAME>\n<parameter=KEY>\nVALUE\n</parameter>\n</function>\n
   * </tool_call>}: Qwen3-Coder, Qwen 3.5, Nemotron 3.
   */
  QWEN_CODER,

  /**
   * {@code {"name": ..., "parameters": {...}}} as the whole answer, or behind {@code
   * <|python_tag|>}: Llama 3.1 to 3.3. Only functions that were offered are calls, since nothing
   * else tells them from an answer in JSON.
   */
  LLAMA,

  /** {@code [TOOL_CALLS][{"name": ..., "arguments": {...}}]}: Mistral's models up to 2024. */
  MISTRAL,

  /** {@code [TOOL_CALLS]NAME[ARGS]{...}}: Mistral's models since 2025. */
  MISTRAL_NAMED,

  /** DeepSeek's V3 and R1: a call's type, name and a block of code between marks. */
  DEEPSEEK,

  /** DeepSeek's V3.1: a call's name and arguments between the same marks. */
  DEEPSEEK_NAMED,

  /** {@code <|tool_call|>[{"name": ..., "arguments": {...}}]}: Granite 3. */
  GRANITE,

  /** {@code <|tool_call|>{"name": ..., "arguments": {...}}<|/tool_call|>}: Phi-4-mini. */
  PHI,

  /** {@code <function=NAME>{...}</function>}: Functionary 3.1. */
  FUNCTIONARY,

  /** Kimi K2's sections of calls, which are known by an id with the name in it. */
  KIMI,

  /**
   * For a model whose template knows no functions, or writes calls in a way that is not known here:
   * a system message describes them and asks for calls as {@link #HERMES} writes them ({@link
   * ToolPrompts}). How well a model follows that is its own affair; so it is used only where the
   * caller allows it.
   */
  GENERIC;

  Notation notation() {
    return Notations.of(this);
  }

  /**
   * The format that a template writes; empty where it knows no functions, or none of these formats.
   *
   * @param source the template's source
   */
  public static Optional<ToolFormat> of(String source) {
    if (source.contains("[TOOL_CALLS]")) {
      return Optional.of(source.contains("[ARGS]") ? MISTRAL_NAMED : MISTRAL);
    }
    if (source.contains("<｜tool▁call▁begin｜>")) {
      return Optional.of(source.contains("```json") ? DEEPSEEK : DEEPSEEK_NAMED);
    }
    if (source.contains("<|tool_call_begin|>")) {
      return Optional.of(KIMI);
    }
    if (source.contains("<|tool_call|>")) {
      return Optional.of(source.contains("<|/tool_call|>") ? PHI : GRANITE);
    }
    if (source.contains("<tool_call>")) {
      return inTags(source);
    }
    if (source.contains("<function=") && source.contains("</function>")) {
      return source.contains("<parameter=") ? Optional.empty() : Optional.of(FUNCTIONARY);
    }
    boolean isLlama = source.contains("\"parameters\": ") && source.contains("<|eot_id|>");
    return isLlama ? Optional.of(LLAMA) : Optional.empty();
  }

  /** What stands within {@code <tool_call>}: others than these have their own tags there. */
  private static Optional<ToolFormat> inTags(String source) {
    if (source.contains("<function=") && source.contains("<parameter=")) {
      return Optional.of(QWEN_CODER);
    }
    boolean isObject = source.contains("\"name\"") || source.contains("\\\"name\\\"");
    boolean isOther =
        source.contains("<arg_key>")
            || source.contains("<invoke name=")
            || source.contains("<function name=");
    return isObject && !isOther ? Optional.of(HERMES) : Optional.empty();
  }

  /**
   * Names of tokens that calls are marked with. A tokenizer may have any of them as a control
   * token, for which a decoder gives no text: the parser must be given the name in its place, as
   * {@link MarkedDecoder} does.
   */
  public Set<String> controlTokens() {
    return Set.copyOf(notation().marks());
  }

  /**
   * How a call of a function is written, for decoding that is held to it.
   *
   * @param function whose call it is
   */
  public CallShape callShape(ToolFunction function) {
    return notation().shape(function);
  }
}
