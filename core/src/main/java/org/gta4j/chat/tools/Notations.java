package org.gta4j.chat.tools;

/** The notation of each format. */
final class Notations {
  private static final NamedCalls.Marks DEEPSEEK =
      new NamedCalls.Marks(
          "<｜tool▁calls▁begin｜>",
          "<｜tool▁call▁begin｜>",
          "<｜tool▁sep｜>",
          "<｜tool▁call▁end｜>",
          "<｜tool▁calls▁end｜>",
          name -> name);

  private static final NamedCalls.Marks FUNCTIONARY =
      new NamedCalls.Marks("", XmlCalls.FUNCTION, ">", XmlCalls.FUNCTION_END, "", name -> name);

  private static final NamedCalls.Marks KIMI =
      new NamedCalls.Marks(
          "<|tool_calls_section_begin|>",
          "<|tool_call_begin|>",
          "<|tool_call_argument_begin|>",
          "<|tool_call_end|>",
          "<|tool_calls_section_end|>",
          Notations::nameInId);

  private Notations() {}

  static Notation of(ToolFormat format) {
    return switch (format) {
      case HERMES, GENERIC -> new Notation.Tagged(XmlCalls.BLOCK, XmlCalls.BLOCK_END);
      case QWEN_CODER -> new Notation.Xml();
      case LLAMA -> new Notation.Bare("<|python_tag|>");
      case MISTRAL -> new Notation.Mistral(false);
      case MISTRAL_NAMED -> new Notation.Mistral(true);
      case DEEPSEEK -> new Notation.Named(DEEPSEEK, "function", "%s\n```json\n", "\n```");
      case DEEPSEEK_NAMED -> new Notation.Named(DEEPSEEK, "%s", "", "");
      case GRANITE -> new Notation.MarkedList("<|tool_call|>", "");
      case PHI -> new Notation.MarkedList("<|tool_call|>", "<|/tool_call|>");
      case FUNCTIONARY -> new Notation.Named(FUNCTIONARY, "%s", "", "");
      case KIMI -> new Notation.Named(KIMI, "functions.%s:0", "", "");
    };
  }

  /** Kimi's ids are {@code functions.NAME:NUMBER}. */
  private static String nameInId(String id) {
    String name = id.startsWith("functions.") ? id.substring("functions.".length()) : id;
    int number = name.lastIndexOf(':');
    return number < 0 ? name : name.substring(0, number);
  }
}
