package org.gta4j.template;

import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Renders the endless templates in a JVM with a small heap. */
final class EndlessTemplates {
  /** Far more than any of them takes, on any machine: what is endless takes longer. */
  private static final long MOST_SECONDS = 60;

  private EndlessTemplates() {}

  public static void main(String[] arguments) {
    for (String source : HostileTemplateTest.ENDLESS) {
      long begin = System.nanoTime();
      String result;
      try {
        result =
            "rendered %d characters".formatted(Template.parse(source).render(Map.of()).length());
      } catch (TemplateException e) {
        result = String.valueOf(e.getMessage());
      }
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
      System.out.printf(
          "%s %d ms: %s: %s%n",
          millis < MOST_SECONDS * 1000 ? "ended in" : "took", millis, source, result);
    }
  }
}
