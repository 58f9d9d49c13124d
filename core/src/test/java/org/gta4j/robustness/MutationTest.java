package org.gta4j.robustness;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gta4j.ops.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Thousands of damaged models: each is loaded and run, or refused with file, field, expected and
 * found; within 5 seconds and 512 MiB.
 *
 * <p>{@code -Dgta.mutations=N} tries as many, {@code -Dgta.mutations.seed=S} others, {@code
 * -Dgta.mutations.first=CASE -Dgta.mutations=1} one again.
 */
class MutationTest {
  private static final String CASES = System.getProperty("gta.mutations", "6000");
  private static final String FIRST = System.getProperty("gta.mutations.first", "0");
  private static final String SEED = System.getProperty("gta.mutations.seed", "20250617");

  @TempDir private Path root;

  @Test
  void everyMutantRunsOrIsRefusedInASentence() {
    List<String> flags = new ArrayList<>(Memory.FLAGS);
    for (String property : new String[] {"gta.fixtures", "gta.workdir", "gta.root"}) {
      String value = System.getProperty(property);
      if (value != null) {
        flags.add("-D" + property + "=" + value);
      }
    }
    List<String> output = ChildJvm.run(flags, Mutations.class, root.toString(), CASES, FIRST, SEED);
    System.out.println(output.getLast());
    assertThat(output.getLast()).startsWith(CASES + " mutants, seed " + SEED);
  }
}
