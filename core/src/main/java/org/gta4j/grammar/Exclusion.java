package org.gta4j.grammar;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.gta4j.grammar.Assertions.Items;
import org.gta4j.grammar.Assertions.Members;
import org.gta4j.grammar.Assertions.Strings;
import tools.jackson.databind.JsonNode;

/**
 * Whether nothing that is written for one alternative of a {@code oneOf} is valid for another. Says
 * so only where it is sure, and where that takes no long search.
 */
final class Exclusion {
  private static final int MAX_DEPTH = 6;
  private static final int MAX_COMPARED = 200_000;

  /** What it counts for to bring two expressions together. */
  private static final int EXPRESSIONS = 1_000;

  private final SchemaReader reader;
  private int compared;

  Exclusion(SchemaReader reader) {
    this.reader = reader;
  }

  /** Whether what is written for one schema never is what the other one allows. */
  boolean excludes(Assertions written, Assertions other) {
    return excludes(written, other, 0);
  }

  private boolean excludes(Assertions written, Assertions other, int depth) {
    if (++compared > MAX_COMPARED) {
      return false;
    }
    if (written.values().isPresent()) {
      return written.values().get().stream()
          .noneMatch(value -> written.allow(value) && other.allow(value));
    }
    for (JsonType type : written.writtenTypes()) {
      boolean common = other.types().isEmpty() || other.types().get().contains(type);
      if (common && !excludes(type, written, other, depth)) {
        return false;
      }
    }
    return true;
  }

  private boolean excludes(JsonType type, Assertions written, Assertions other, int depth) {
    if (other.values().isPresent()) {
      List<JsonNode> values = other.values().get();
      return values.stream().noneMatch(value -> JsonType.of(value) == type && written.allow(value));
    }
    return switch (type) {
      case NULL, BOOLEAN -> false;
      case INTEGER, FRACTION -> written.numbers().range().and(other.numbers().range()).isEmpty();
      case STRING -> differ(written.strings(), other.strings());
      case ARRAY -> differInLength(written.items(), other.items());
      case OBJECT -> excludes(written.members(), other.members(), depth);
    };
  }

  private boolean differ(Strings one, Strings two) {
    if (isBelow(one.max(), two.min()) || isBelow(two.max(), one.min())) {
      return true;
    }
    if (one.networks().isEmpty() && two.networks().isEmpty()) {
      return false;
    }
    compared += EXPRESSIONS;
    return compared <= MAX_COMPARED && one.and(two).network().ends().isEmpty();
  }

  private static boolean differInLength(Items one, Items two) {
    return isBelow(one.max(), two.min()) || isBelow(two.max(), one.min());
  }

  private static boolean isBelow(OptionalInt max, int min) {
    return max.isPresent() && max.getAsInt() < min;
  }

  private boolean excludes(Members written, Members other, int depth) {
    if (depth > MAX_DEPTH) {
      return false;
    }
    compared += written.required().size() + other.required().size();
    for (String name : other.required()) {
      if (!written.isOpen() && !isWritten(written, name)) {
        return true;
      }
    }
    for (String name : written.required()) {
      if (other.schemas(name).stream().anyMatch(Assertions::isNever)) {
        return true;
      }
    }
    // One of the two has it in any case, and where both do its value is of one of them.
    Set<String> sure = new LinkedHashSet<>(written.required());
    other.required().stream().filter(name -> isWritten(written, name)).forEach(sure::add);
    return sure.stream().anyMatch(name -> differIn(name, written, other, depth));
  }

  private static boolean isWritten(Members members, String name) {
    boolean isMentioned =
        members.required().contains(name)
            || members.declared().stream().anyMatch(one -> one.properties().containsKey(name));
    return isMentioned && members.schemas(name).stream().noneMatch(Assertions::isNever);
  }

  private boolean differIn(String name, Members written, Members other, int depth) {
    List<Assertions> values = reader.alternatives(other.schemas(name));
    return reader.alternatives(written.schemas(name)).stream()
        .allMatch(mine -> values.stream().allMatch(value -> excludes(mine, value, depth + 1)));
  }
}
