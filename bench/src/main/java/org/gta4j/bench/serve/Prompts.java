package org.gta4j.bench.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Prompts of mixed lengths, some of which begin alike. */
final class Prompts {
  private static final String[] WHO = {
    "A little fox",
    "The old baker",
    "Mia",
    "A tired robot",
    "The captain",
    "A boy called Tom",
    "Grandmother",
    "The smallest duck"
  };
  private static final String[] WHAT = {
    "found a red ball",
    "looked for the moon",
    "wanted to bake a cake",
    "lost a blue hat",
    "heard a strange song",
    "built a house of leaves",
    "asked the wind a question",
    "counted the stars"
  };
  private static final String[] WHERE = {
    "in the garden",
    "near the river",
    "on a high hill",
    "under the big tree",
    "at the market",
    "behind the barn",
    "in a quiet town",
    "by the sea"
  };

  private final SplittableRandom random;

  Prompts(long seed) {
    random = new SplittableRandom(seed);
  }

  private String sentence() {
    return "%s %s %s. "
        .formatted(
            WHO[random.nextInt(WHO.length)],
            WHAT[random.nextInt(WHAT.length)],
            WHERE[random.nextInt(WHERE.length)]);
  }

  /** A text of so many sentences, each of about ten tokens. */
  String text(int sentences) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < sentences; i++) {
      text.append(sentence());
    }
    return text.toString();
  }

  /**
   * Prompts from one sentence to {@code mostSentences}, most of them short, every third with the
   * same beginning; answers from one token to {@code mostTokens}.
   */
  List<Completions.Prompt> mixed(int count, int mostSentences, int mostTokens) {
    String shared = text(Math.max(1, mostSentences / 3));
    List<Completions.Prompt> prompts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double size = Math.pow(random.nextDouble(), 3);
      String own = text(1 + (int) (size * (mostSentences * 2 / 3.0)));
      prompts.add(
          new Completions.Prompt(i % 3 == 0 ? shared + own : own, 1 + random.nextInt(mostTokens)));
    }
    return prompts;
  }
}
