package org.gta4j.robustness;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.gta4j.ops.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Thousands of damaged tokenizers and chat templates: each is used, or refused with file, field,
 * expected and found; within 5 seconds and 512 MiB. The properties are those of {@link
 * MutationTest}, with {@code gta.text.mutations} for how many.
 */
class TextMutationTest {
  private static final String CASES = System.getProperty("gta.text.mutations", "4000");
  private static final String FIRST = System.getProperty("gta.mutations.first", "0");
  private static final String SEED = System.getProperty("gta.mutations.seed", "20250617");

  @TempDir private Path root;

  @Test
  void everyMutantIsUsedOrRefusedInASentence() {
    List<String> output =
        ChildJvm.run(Memory.FLAGS, TextMutations.class, root.toString(), CASES, FIRST, SEED);
    System.out.println(output.getLast());
    assertThat(output.getLast()).startsWith(CASES + " mutants, seed " + SEED);
  }
}
