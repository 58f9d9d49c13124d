package org.gta4j.train.run;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * The first thing in which two settings differ.
 *
 * @param key its name, behind those of the objects that it is in
 * @param first what the first settings have; missing where only the second have such a key
 * @param second what the second settings have; missing where only the first have such a key
 */
public record Difference(String key, JsonNode first, JsonNode second) {
  /** In what the first settings have, however deep; whatever only the second have is none. */
  public static Optional<Difference> within(String key, JsonNode first, JsonNode second) {
    if (!first.isObject()) {
      return first.equals(second)
          ? Optional.empty()
          : Optional.of(new Difference(key, first, second));
    }
    for (Map.Entry<String, JsonNode> entry : first.properties()) {
      Optional<Difference> found =
          within(key + "." + entry.getKey(), entry.getValue(), second.path(entry.getKey()));
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /**
   * In anything that either of two objects has.
   *
   * @param besides keys that only the second may have
   */
  public static Optional<Difference> between(
      String key, JsonNode first, JsonNode second, Set<String> besides) {
    Optional<Difference> found = within(key, first, second);
    for (Map.Entry<String, JsonNode> entry : second.properties()) {
      String name = entry.getKey();
      if (found.isEmpty() && (first.has(name) || !besides.contains(name))) {
        found =
            within(key + "." + name, entry.getValue(), first.path(name))
                .map(other ->
                    new Difference(
                        other.key(), /* first= */ other.second(), /* second= */ other.first()));
      }
    }
    return found;
  }

  /** What the second settings have, in words. */
  public String found() {
    return second.isMissingNode() ? "nothing" : second.toString();
  }
}
