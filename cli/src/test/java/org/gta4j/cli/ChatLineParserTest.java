package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.jline.reader.EOFError;
import org.jline.reader.Parser.ParseContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a typed message is complete, and what it is then. */
class ChatLineParserTest {
  private final ChatLineParser parser = new ChatLineParser();

  @ParameterizedTest
  @ValueSource(strings = {"one\\", "\"\"\"one", "\"\"\"", "\"\"\"one\ntwo\"\"", "one\\\ntwo\\"})
  void goesOn(String typed) {
    assertThatExceptionOfType(EOFError.class)
        .isThrownBy(() -> parser.parse(typed, typed.length(), ParseContext.ACCEPT_LINE));
    assertThat(parser.parse(typed, 2, ParseContext.COMPLETE).word())
        .isEqualTo(typed.substring(0, 2));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "one", "it's \"said\" (once", "\"\"\"a\nb\"\"\"", "one\\\ntwo", "a\\b"})
  void isComplete(String typed) {
    assertThat(parser.parse(typed, 0, ParseContext.ACCEPT_LINE).line()).isEqualTo(typed);
  }

  @Test
  void theMarksOfItsLinesAreNoPartOfAMessage() {
    assertThat(ChatLineParser.message(" one \\\ntwo ")).isEqualTo("one \ntwo");
    assertThat(ChatLineParser.message("\"\"\"\none\n  two\n\"\"\" ")).isEqualTo("one\n  two");
    assertThat(ChatLineParser.message("a \\n b")).isEqualTo("a \\n b");
  }
}
