package org.gta4j.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Stop texts in a text that comes in pieces. */
class StopScannerTest {
  /**
   * What comes before the stop text that is complete first, of several the longest; empty where
   * there is none.
   */
  private static Optional<String> before(String text, List<String> stops) {
    for (int end = 0; end <= text.length(); end++) {
      String read = text.substring(0, end);
      Optional<String> longest =
          stops.stream()
              .filter(read::endsWith)
              .max(java.util.Comparator.comparingInt(String::length));
      if (longest.isPresent()) {
        return Optional.of(read.substring(0, end - longest.get().length()));
      }
    }
    return Optional.empty();
  }

  private static String random(SplittableRandom random, String letters, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(letters.charAt(random.nextInt(letters.length())));
    }
    return text.toString();
  }

  /**
   * Feeds a text in pieces; checks after each that just what may begin a stop text is kept back.
   */
  private static String feed(
      StopScanner scanner, String text, List<String> stops, SplittableRandom random) {
    StringBuilder given = new StringBuilder();
    int at = 0;
    while (at < text.length() && !scanner.found()) {
      int size = Math.min(text.length() - at, random.nextInt(1, 5));
      given.append(scanner.accept(text.substring(at, at + size)));
      at += size;
      if (!scanner.found()) {
        assertThat(text).startsWith(given);
        String held = text.substring(given.length(), at);
        assertThat(held.isEmpty() || stops.stream().anyMatch(stop -> stop.startsWith(held)))
            .as("'%s' is kept back after '%s', of %s", held, given, stops)
            .isTrue();
        for (int longer = 0; longer < given.length() && longer < 12; longer++) {
          String tail = text.substring(given.length() - longer - 1, at);
          assertThat(stops)
              .as("a beginning of a stop text was given out: %s", tail)
              .noneMatch(stop -> stop.length() > tail.length() && stop.startsWith(tail));
        }
      }
    }
    return given.append(scanner.found() ? "" : scanner.end()).toString();
  }

  @Test
  void theTextBeforeTheFirstStopIsTheSameInWhateverPieces() {
    SplittableRandom random = new SplittableRandom(1);
    int found = 0;
    for (int run = 0; run < 20_000; run++) {
      List<String> stops = new ArrayList<>();
      for (int i = random.nextInt(4); i >= 0; i--) {
        stops.add(random(random, "ab", random.nextInt(1, 7)));
      }
      String text = random(random, run % 3 == 0 ? "abc" : "ab", random.nextInt(0, 30));
      StopScanner scanner = new StopScanner(stops);
      String given = feed(scanner, text, stops, random);
      Optional<String> expected = before(text, stops);
      assertThat(given).as("%s before any of %s", text, stops).isEqualTo(expected.orElse(text));
      assertThat(scanner.found()).isEqualTo(expected.isPresent());
      found += expected.isPresent() ? 1 : 0;
    }
    assertThat(found).as("runs with and without a stop text").isBetween(2_000, 18_000);
  }

  @Test
  void aStopInsideAnotherEndsTheTextWhenItIsComplete() {
    for (String[] pieces : new String[][] {{"xabcd"}, {"x", "a", "b", "c", "d"}, {"xab", "cd"}}) {
      StopScanner scanner = new StopScanner(List.of("abcd", "bc"));
      StringBuilder given = new StringBuilder();
      for (String piece : pieces) {
        if (!scanner.found()) {
          given.append(scanner.accept(piece));
        }
      }
      assertThat(given).hasToString("xa");
    }
  }

  @Test
  void whatTurnsOutToBeNoStopIsGivenOutAtOnce() {
    StopScanner scanner = new StopScanner(List.of("aab", "b!"));
    assertThat(scanner.accept("a")).isEmpty();
    assertThat(scanner.accept("a")).isEmpty();
    assertThat(scanner.accept("a")).as("only the last two can begin one").isEqualTo("a");
    assertThat(scanner.accept("c")).isEqualTo("aac");
    assertThat(scanner.accept("b")).isEmpty();
    assertThat(scanner.end()).as("at the end").isEqualTo("b");
    assertThat(scanner.found()).isFalse();
  }

  @Test
  void withoutStopsNothingIsKeptBack() {
    StopScanner scanner = new StopScanner(List.of());
    assertThat(scanner.accept("any text")).isEqualTo("any text");
    assertThat(scanner.end()).isEmpty();
  }
}
