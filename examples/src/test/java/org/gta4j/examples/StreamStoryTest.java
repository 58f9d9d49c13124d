package org.gta4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StreamStoryTest {
  @Test
  void printsTheFirstSentence() {
    assertThat(
            Printed.by(() ->
                StreamStory.main(
                    new String[] {"../cli/src/test/models/stories260K/stories260K.bin"})))
        .isEqualTo(", there was a little girl named Lily." + System.lineSeparator());
  }
}
