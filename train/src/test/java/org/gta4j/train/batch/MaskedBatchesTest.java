package org.gta4j.train.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class MaskedBatchesTest {
  private static MaskedSequence sequence(int first, int length) {
    int[] ids = new int[length];
    boolean[] learned = new boolean[length];
    for (int i = 0; i < length; i++) {
      ids[i] = first + i;
      learned[i] = i >= length / 2;
    }
    return new MaskedSequence(ids, learned);
  }

  @Test
  void targetsAreTheNextTokensThatAreLearned() {
    MaskedBatches batches = new MaskedBatches(List.of(sequence(100, 5)), 1, 0);
    Batch batch = batches.read(0, 1);
    assertThat(batch.length()).isEqualTo(4);
    assertThat(batch.ids()).containsExactly(100, 101, 102, 103);
    assertThat(batch.targets()).containsExactly(Batch.IGNORED, 102, 103, 104);
    assertThat(batch.counted()).isEqualTo(3);
  }

  @Test
  void rowsArePaddedToTheLongestOfTheirBatch() {
    MaskedBatches batches =
        new MaskedBatches(List.of(sequence(100, 6), sequence(200, 60), sequence(300, 22)), 3, 0);
    assertThat(batches.length()).isEqualTo(59);
    Batch first = batches.read(0, 2);
    assertThat(first.length()).isEqualTo(32);
    assertThat(Arrays.copyOf(first.ids(), 7)).containsExactly(100, 101, 102, 103, 104, 0, 0);
    assertThat(Arrays.copyOfRange(first.targets(), 5, 32)).containsOnly(Batch.IGNORED);
    assertThat(first.ids()[32]).isEqualTo(300);
    assertThat(first.counted()).isEqualTo(3 + 11);
    assertThat(batches.read(2, 1).length()).isEqualTo(59);
  }

  @Test
  void everyEpochHasEverySequenceOnce() {
    List<MaskedSequence> sequences = new ArrayList<>();
    for (int i = 0; i < 11; i++) {
      sequences.add(sequence(100 * i, 4 + i * 7 % 11));
    }
    MaskedBatches batches = new MaskedBatches(sequences, 4, 1);
    List<List<Integer>> epochs = new ArrayList<>();
    for (int epoch = 0; epoch < 2; epoch++) {
      List<Integer> firsts = new ArrayList<>();
      for (int i = 0; i < 11; i++) {
        firsts.add(batches.read(11 * epoch + i, 1).ids()[0]);
      }
      epochs.add(firsts);
    }
    assertThat(epochs.getFirst()).doesNotHaveDuplicates().isNotEqualTo(epochs.getLast());
    assertThat(epochs.getFirst()).containsExactlyInAnyOrderElementsOf(epochs.getLast());
    assertThat(batches.read(0, 1).ids()[0]).isEqualTo(epochs.getFirst().getFirst());
    assertThat(new MaskedBatches(sequences, 4, 2).fingerprint())
        .isNotEqualTo(batches.fingerprint());
    boolean[] all = {true, true, true, true};
    List<MaskedSequence> others = new ArrayList<>(sequences);
    others.set(0, new MaskedSequence(sequences.getFirst().ids(), all));
    assertThat(new MaskedBatches(others, 4, 1).fingerprint()).isNotEqualTo(batches.fingerprint());
  }

  @Test
  void whatTeachesNothingIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new MaskedBatches(List.of(), 1, 0));
    MaskedSequence nothing = new MaskedSequence(new int[] {1, 2}, new boolean[] {true, false});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MaskedBatches(List.of(nothing), 1, 0))
        .withMessageContaining("a token to learn");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MaskedSequence(new int[2], new boolean[3]));
  }
}
