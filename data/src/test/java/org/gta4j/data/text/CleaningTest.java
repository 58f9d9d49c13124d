package org.gta4j.data.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CleaningTest {
  @Test
  void documentsAreRemovedForTheFirstReason() {
    DocumentFilter filter = new DocumentFilter(3, 20, 0.5, 0.25);
    assertThat(filter.removal("ab")).contains(Removal.SHORT);
    assertThat(filter.removal("😀😀")).contains(Removal.SHORT); // characters, not Java's
    assertThat(filter.removal("a".repeat(21))).contains(Removal.LONG);
    assertThat(filter.removal("😀".repeat(20))).contains(Removal.FEW_LETTERS);
    assertThat(filter.removal("ab 12 c3")).isEmpty(); // 3 of 6
    assertThat(filter.removal("ab 12 34")).contains(Removal.FEW_LETTERS);
    assertThat(filter.removal("山川 12")).isEmpty();
    assertThat(filter.removal("a\nb\n\n  a \nc")).isEmpty(); // 1 of 4
    assertThat(filter.removal("a\nb\na")).contains(Removal.REPEATED_LINES);
    assertThat(DocumentFilter.none().removal("1\n1\n1")).isEmpty();
    assertThatThrownBy(() -> new DocumentFilter(5, 4, 0, 1))
        .hasMessage("max-characters: expected an integer from 5 on, found 4");
    assertThatThrownBy(() -> new DocumentFilter(0, 4, Double.NaN, 1))
        .hasMessage("min-letters: expected a share from 0 to 1, found NaN");
  }

  @Test
  void aDocumentInPiecesPassesWholeOrNotAtAll() {
    List<Document> passed = new ArrayList<>();
    CleaningCounts removed = new CleaningCounts();
    Set<TextDigest> seen = new HashSet<>();
    DocumentGate gate =
        new DocumentGate(
            new DocumentFilter(2, 5, 0, 1),
            document -> !seen.add(TextDigest.of(document.text())),
            passed::add,
            removed);
    gate.accept(new Piece("abc", true, false));
    gate.accept(new Piece("def", false, true));
    gate.accept(new Piece("abc", true, false));
    gate.accept(new Piece("d", false, true));
    gate.accept(new Piece("abcd", true, true));
    gate.accept(new Piece("x", true, true));
    gate.accept(new Piece("xy", true, true));
    assertThat(passed).extracting(Document::text).containsExactly("abcd", "xy");
    assertThat(passed).extracting(Document::number).containsExactly(1L, 4L);
    assertThat(passed.getFirst().pieces()).hasSize(2);
    assertThat(removed.removed())
        .isEqualTo(Map.of(Removal.LONG, 1L, Removal.SHORT, 1L, Removal.DUPLICATE, 1L));
    assertThat(removed.sentence()).isEqualTo("1 short, 1 long, 1 duplicate");
  }

  private static Set<Integer> shingles(String text) {
    return Arrays.stream(Shingles.of(text)).boxed().collect(Collectors.toSet());
  }

  @Test
  void shinglesAreRunsOfFiveWords() {
    assertThat(shingles("The cat sat on the mat"))
        .hasSize(2)
        .isEqualTo(shingles("the CAT, sat -- on\nthe mat."));
    assertThat(shingles("one two three four five six seven")).hasSize(3);
    assertThat(shingles("one two")).hasSize(1).isNotEqualTo(shingles("two one"));
    assertThat(shingles("...")).hasSize(1);
    assertThat(shingles("山川日月木火土")).hasSize(3);
    Set<Integer> different =
        IntStream.range(0, 5_000)
            .mapToObj(i -> shingles("word %d of a long row".formatted(i)).iterator().next())
            .collect(Collectors.toSet());
    assertThat(different)
        .hasSizeGreaterThan(4_950)
        .allMatch(run -> run >= 0 && run < Shingles.RANGE);
  }

  @Test
  void longTextsWithNothingInCommonShareNothing() {
    Set<Integer> one = shingles(randomText(1));
    Set<Integer> other = shingles(randomText(2));
    assertThat(one).hasSizeGreaterThan(199_950);
    other.retainAll(one);
    assertThat(other).hasSizeLessThan(150); // about 200 000² / 2^30
  }

  private static String randomText(long seed) {
    return new Random(seed)
        .ints(200_000)
        .mapToObj(Integer::toUnsignedString)
        .collect(Collectors.joining(" "));
  }
}
