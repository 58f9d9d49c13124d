package org.gta4j.grammar;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.gta4j.grammar.Grammar.Edge;
import org.gta4j.grammar.Grammar.Graph;
import org.gta4j.grammar.NumberRange.Bound;

/**
 * The digits of exactly the numbers between two bounds, written without exponents: a digit is
 * compared with the bound's as long as all before it were the same.
 *
 * <p>Numbers with fractions have at most 15 digits, unless a bound has more: so many a 64-bit
 * floating point number tells apart, so that who reads one finds it within the bounds too.
 */
final class NumberText {
  private static final int EXACT_DIGITS = 15;
  private static final int MAX_BOUND_DIGITS = 60;

  /** As many remainders are told apart for a multiple. */
  static final int MAX_REMAINDERS = 1_000;

  /** Digits before and after the point, without zeros at the end; and whether it is included. */
  private record Limit(String whole, String fraction, boolean inclusive) {
    static Limit of(Bound bound) {
      BigDecimal value = bound.value();
      if (value.precision() + Math.abs((long) value.scale()) > MAX_BOUND_DIGITS) {
        throw new GrammarException("a bound of more than %d digits".formatted(MAX_BOUND_DIGITS));
      }
      String text = value.stripTrailingZeros().toPlainString();
      int point = text.indexOf('.');
      return point < 0
          ? new Limit(text, "", bound.inclusive())
          : new Limit(text.substring(0, point), text.substring(point + 1), bound.inclusive());
    }

    int digit(boolean inFraction, int index) {
      String digits = inFraction ? fraction : whole;
      return index < digits.length() ? digits.charAt(index) - '0' : 0;
    }
  }

  /**
   * Where a number is.
   *
   * @param left digits that are still to come before the point, or -1 behind it
   * @param at how many were written of this part; of no interest, and 0, where nothing is compared
   *     before the point
   * @param low whether all digits were the lower bound's
   * @param high whether all digits were the upper bound's
   * @param fraction how many digits there may be behind the point
   * @param remainder of all digits as one whole number
   */
  private record Place(
      boolean first, int left, int at, boolean low, boolean high, int fraction, int remainder) {}

  private final Limit low;
  private final Limit high;
  private final boolean whole;
  private final int modulus;
  private final int scale;
  private final boolean multiple;
  private final Map<Place, Integer> numbers = new HashMap<>();
  private final List<Place> places = new ArrayList<>();
  private final List<Edge> edges = new ArrayList<>();
  private final List<Integer> ends = new ArrayList<>();

  private NumberText(Limit low, Limit high, boolean whole, Optional<BigDecimal> multipleOf) {
    this.low = low;
    this.high = high;
    this.whole = whole;
    multiple = multipleOf.isPresent();
    BigDecimal step = multipleOf.orElse(BigDecimal.ONE).stripTrailingZeros();
    scale = Math.max(0, step.scale());
    BigDecimal scaled = step.movePointRight(scale);
    if (scaled.compareTo(BigDecimal.valueOf(MAX_REMAINDERS)) > 0 || scale > EXACT_DIGITS - 1) {
      throw new GrammarException("multiples of " + step);
    }
    modulus = scaled.intValueExact();
  }

  /**
   * The numbers of a range.
   *
   * @param whole whether only whole numbers are meant
   * @throws GrammarException if bounds or multiples have too many digits
   */
  static Grammar grammar(NumberRange range, boolean whole, Optional<BigDecimal> multipleOf) {
    range.low().ifPresent(Limit::of); // refuses those with too many digits
    range.high().ifPresent(Limit::of);
    List<Grammar> ways = new ArrayList<>();
    if (range.high().isEmpty() || range.high().get().value().signum() >= 0) {
      Bound low = range.low().map(Bound::floor).orElse(new Bound(BigDecimal.ZERO, true));
      ways.add(magnitudes(low, range.high(), whole, multipleOf));
    }
    if (range.low().isEmpty() || range.low().get().value().signum() < 0) {
      Bound low =
          range
              .high()
              .map(Bound::negated)
              .filter(bound -> bound.value().signum() > 0)
              .orElse(new Bound(BigDecimal.ZERO, false));
      ways.add(
          Grammar.sequence(
              Grammar.literal("-"),
              magnitudes(low, range.low().map(Bound::negated), whole, multipleOf)));
    }
    return new Grammar.Choice(ways);
  }

  private static Grammar magnitudes(
      Bound low, Optional<Bound> high, boolean whole, Optional<BigDecimal> multipleOf) {
    int fraction = Math.max(0, multipleOf.orElse(BigDecimal.ONE).stripTrailingZeros().scale());
    Limit least = Limit.of(low);
    int digits = whole ? JsonText.MAX_DIGITS : EXACT_DIGITS - fraction;
    int longest = Math.max(digits, least.whole().length() + 1);
    Bound most = high.orElse(new Bound(BigDecimal.ONE.movePointRight(longest), false));
    if (whole) {
      BigDecimal from = low.value().setScale(0, RoundingMode.CEILING);
      BigDecimal to = most.value().setScale(0, RoundingMode.FLOOR);
      boolean beyondLow = !low.inclusive() && from.compareTo(low.value()) == 0;
      boolean beyondHigh = !most.inclusive() && to.compareTo(most.value()) == 0;
      least = Limit.of(new Bound(beyondLow ? from.add(BigDecimal.ONE) : from, true));
      most = new Bound(beyondHigh ? to.subtract(BigDecimal.ONE) : to, true);
      if (most.value().signum() < 0) {
        return Grammar.choice();
      }
    }
    return new NumberText(least, Limit.of(most), whole, multipleOf).graph();
  }

  private Grammar graph() {
    places.add(new Place(true, 0, 0, false, false, 0, 0)); // the begin
    for (int length = low.whole().length(); length <= high.whole().length(); length++) {
      boolean atLow = length == low.whole().length();
      boolean atHigh = length == high.whole().length();
      Place first = new Place(length > 1, length, 0, atLow, atHigh, fractionDigits(length), 0);
      edges.add(new Edge(0, Grammar.literal(""), number(first)));
    }
    for (int i = 1; i < places.size(); i++) {
      Place place = places.get(i);
      if (place.left() > 0) {
        addDigits(i, place);
      } else if (place.left() == 0) {
        if (mayEnd(place, 0)) {
          ends.add(i);
        }
        if (place.fraction() > 0) {
          Place behind =
              new Place(
                  false, -1, 0, place.low(), place.high(), place.fraction(), place.remainder());
          edges.add(new Edge(i, Grammar.literal("."), number(behind)));
        }
      } else {
        if (place.at() > 0 && mayEnd(place, place.at())) {
          ends.add(i);
        }
        if (place.at() < place.fraction()) {
          addDigits(i, place);
        }
      }
    }
    return new Graph(places.size(), edges, ends);
  }

  private int fractionDigits(int length) {
    if (whole) {
      return 0;
    }
    if (multiple) {
      return scale;
    }
    int ofBounds = Math.max(low.fraction().length(), high.fraction().length());
    return Math.max(EXACT_DIGITS - length, ofBounds);
  }

  private int number(Place place) {
    return numbers.computeIfAbsent(
        place,
        added -> {
          places.add(added);
          return places.size() - 1;
        });
  }

  private boolean mayEnd(Place place, int written) {
    boolean fits =
        (!place.low() || (written >= low.fraction().length() && low.inclusive()))
            && (!place.high() || written < high.fraction().length() || high.inclusive());
    long remainder = place.remainder();
    for (int i = written; i < scale; i++) {
      remainder = remainder * 10 % modulus;
    }
    return fits && remainder == 0;
  }

  private void addDigits(int number, Place place) {
    boolean behind = place.left() < 0;
    Map<Place, CodePoints> digits = new LinkedHashMap<>();
    for (int digit = place.first() ? 1 : 0; digit < 10; digit++) {
      int least = low.digit(behind, place.at());
      int most = high.digit(behind, place.at());
      if ((place.low() && digit < least) || (place.high() && digit > most)) {
        continue;
      }
      boolean atLow = place.low() && digit == least;
      boolean atHigh = place.high() && digit == most;
      int at = behind || (place.left() > 1 && (atLow || atHigh)) ? place.at() + 1 : 0;
      Place next =
          new Place(
              false,
              behind ? -1 : place.left() - 1,
              at,
              atLow,
              atHigh,
              place.fraction(),
              (place.remainder() * 10 + digit) % modulus);
      digits.merge(next, CodePoints.of('0' + digit, '0' + digit), CodePoints::or);
    }
    digits.forEach(
        (next, set) -> edges.add(new Edge(number, Grammar.characters(set), number(next))));
  }
}
