package org.gta4j.server.api;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import org.gta4j.generate.Adjustments;
import org.gta4j.generate.Sampling;
import tools.jackson.databind.JsonNode;

/**
 * What requests for chats and for plain completions have in common: OpenAI's fields, and those that
 * llama.cpp's and vLLM's servers know besides.
 *
 * @param sampling how tokens are chosen
 * @param adjustments penalties and biases
 * @param stop texts that end the answer
 * @param choices how many answers to a prompt
 * @param ignoreEnd whether to go on after a token that ends the text
 * @param stream whether the answer is sent piece by piece
 * @param streamUsage whether the last piece says what was used
 * @param user who it is for, of those who share a key; empty: nobody in particular
 */
public record Settings(
    Sampling sampling,
    Adjustments adjustments,
    List<String> stop,
    int choices,
    boolean ignoreEnd,
    boolean stream,
    boolean streamUsage,
    String user) {
  /** A request has at most so many answers to a prompt. */
  private static final int MOST_CHOICES = 128;

  /** OpenAI takes 4, vLLM any number. */
  private static final int MOST_STOPS = 64;

  private static final double MOST_TEMPERATURE = 100;

  /** Copies the list. */
  public Settings {
    stop = List.copyOf(stop);
  }

  /**
   * Reads them.
   *
   * @param vocabulary how many tokens there are
   */
  static Settings of(Fields fields, int vocabulary) {
    fields.text("model"); // there is one, whatever it is called
    boolean stream = fields.truth("stream", false);
    boolean usage =
        fields.fields("stream_options").map(o -> o.truth("include_usage", false)).orElse(false);
    return new Settings(
        sampling(fields),
        adjustments(fields, vocabulary),
        stops(fields),
        (int) fields.integer("n", 1, MOST_CHOICES).orElse(1),
        fields.truth("ignore_eos", false),
        stream,
        usage,
        fields.text("user").orElse(""));
  }

  private static Sampling sampling(Fields fields) {
    double temperature = fields.number("temperature", 0, MOST_TEMPERATURE).orElse(1);
    // No probability is reached by the most probable token alone, as with OpenAI.
    double topP = Math.max(Double.MIN_NORMAL, fields.number("top_p", 0, 1).orElse(1));
    // −1 and 0 are all, for llama.cpp's and vLLM's clients.
    int topK = (int) Math.max(0, fields.integer("top_k", -1, Integer.MAX_VALUE).orElse(0));
    double minP = fields.number("min_p", 0, 1).orElse(0);
    double repeat =
        fields
            .number("repetition_penalty", 1e-3, 1e3)
            .orElse(fields.number("repeat_penalty", 1e-3, 1e3).orElse(1));
    OptionalLong seed = fields.integer("seed", Long.MIN_VALUE, Long.MAX_VALUE);
    return new Sampling(
        temperature,
        topK,
        topP,
        minP,
        repeat,
        seed.isPresent() && seed.getAsLong() != -1
            ? seed.getAsLong()
            : ThreadLocalRandom.current().nextLong());
  }

  private static Adjustments adjustments(Fields fields, int vocabulary) {
    return new Adjustments(
        fields.number("frequency_penalty", -2, 2).orElse(0),
        fields.number("presence_penalty", -2, 2).orElse(0),
        biases(fields, vocabulary));
  }

  private static Map<Integer, Float> biases(Fields fields, int vocabulary) {
    Map<Integer, Float> biases = new HashMap<>();
    fields
        .fields("logit_bias")
        .ifPresent(map ->
            map.object()
                .properties()
                .forEach(entry -> {
                  String param = map.param(entry.getKey());
                  int id = tokenId(param, entry.getKey(), vocabulary);
                  biases.put(id, (float) Fields.number(param, entry.getValue(), -100, 100));
                }));
    return biases;
  }

  private static int tokenId(String param, String key, int vocabulary) {
    OptionalInt id = OptionalInt.empty();
    if (key.length() < 10 && !key.isEmpty() && key.chars().allMatch(c -> c >= '0' && c <= '9')) {
      id = OptionalInt.of(Integer.parseInt(key));
    }
    if (id.isEmpty() || id.getAsInt() >= vocabulary) {
      throw ApiException.invalid(
          param,
          "logit_bias: expected token ids from 0 to %d, found \"%s\""
              .formatted(vocabulary - 1, key));
    }
    return id.getAsInt();
  }

  private static List<String> stops(Fields fields) {
    List<String> stops = new ArrayList<>();
    fields
        .value("stop")
        .ifPresent(value -> {
          if (value.isString()) {
            stops.add(value.stringValue());
          } else {
            for (JsonNode one : fields.list("stop")) {
              if (!one.isString()) {
                throw ApiException.expected("stop", "a string or strings", Fields.describe(one));
              }
              stops.add(one.stringValue());
            }
          }
        });
    if (stops.size() > MOST_STOPS) {
      throw ApiException.expected("stop", "at most " + MOST_STOPS + " strings", stops.size());
    }
    if (stops.stream().anyMatch(String::isEmpty)) {
      throw ApiException.invalid("stop", "stop: expected texts, found an empty one");
    }
    return stops;
  }

  /** Whose texts these are, of those who share a key or an address. */
  Object client(Object shared) {
    return user.isEmpty() ? shared : List.of(shared, user);
  }

  /** How answer number {@code choice} is chosen: each has random numbers of its own. */
  Sampling sampling(int choice) {
    return choice == 0 ? sampling : sampling.withSeed(sampling.seed() + choice);
  }
}
