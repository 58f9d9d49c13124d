package org.gta4j.langchain4j;

import dev.langchain4j.agent.tool.ToolExecutionRequest;

/** Is given what is found in an answer while it comes. */
interface AnswerSink {
  /** Takes nothing. */
  AnswerSink NONE =
      new AnswerSink() {
        @Override
        public void text(String piece) {}

        @Override
        public void thinking(String piece) {}

        @Override
        public void arguments(int index, ToolExecutionRequest call, String piece) {}

        @Override
        public void called(int index, ToolExecutionRequest call) {}
      };

  /** More of the text. */
  void text(String piece);

  /** More of the thoughts. */
  void thinking(String piece);

  /**
   * More of a call's arguments.
   *
   * @param call as far as it has come
   */
  void arguments(int index, ToolExecutionRequest call, String piece);

  /** A call is complete. */
  void called(int index, ToolExecutionRequest call);
}
