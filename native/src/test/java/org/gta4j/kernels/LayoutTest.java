package org.gta4j.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** That Java's sizes of what C reads are those that gta4j.h holds C to. */
class LayoutTest {
  private static final Pattern SIZE = Pattern.compile("IN_JAVA\\(\"(\\w+)\\.(\\w+)\", (\\d+),");

  @Test
  void sizesAreThoseOfTheHeader() throws IOException, ReflectiveOperationException {
    String header = Files.readString(Path.of("src", "main", "c", "gta4j.h"));
    List<MatchResult> sizes = SIZE.matcher(header).results().toList();
    assertThat(sizes).hasSize(8);
    for (MatchResult size : sizes) {
      Field field =
          Class.forName("org.gta4j.kernels." + size.group(1)).getDeclaredField(size.group(2));
      field.setAccessible(true);
      assertThat(((Number) field.get(null)).longValue())
          .as("%s.%s", size.group(1), size.group(2))
          .isEqualTo(Long.parseLong(size.group(3)));
    }
  }
}
