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
  private static final String CASES = System.getProperty("gta.mutations", "4000");
  private static final String FIRST = System.getProperty("gta.mutations.first", "0");
  private static final String SEED = System.getProperty("gta.mutations.seed", "20250617");

  @TempDir private Path root;

  /** How many GGUF files; as many as of the others where those are asked for. */
  private static final String GGUF_CASES = System.getProperty("gta.mutations", "2000");

  @Test
  void everyMutantRunsOrIsRefusedInASentence() {
    tryMutants(CASES, Mutations.FOLDERS);
  }

  @Test
  void everyMutantOfAGgufFileRunsOrIsRefusedInASentence() {
    tryMutants(GGUF_CASES, Mutations.GGUF);
  }

  private void tryMutants(String cases, String kind) {
    List<String> flags = new ArrayList<>(Memory.FLAGS);
    for (String property : new String[] {"gta.fixtures", "gta.workdir", "gta.root"}) {
      String value = System.getProperty(property);
      if (value != null) {
        flags.add("-D" + property + "=" + value);
      }
    }
    List<String> output =
        ChildJvm.run(flags, Mutations.class, root.toString(), cases, FIRST, SEED, kind);
    System.out.println(output.getLast());
    assertThat(output.getLast()).startsWith(cases + " mutants, seed " + SEED);
  }
}
