package org.gta4j.generate;

import java.util.ArrayList;
import java.util.List;
import org.gta4j.cache.SequenceCache;
import org.gta4j.model.StepInput;

/**
 * Puts a scheduler's steps together: a row of each text that decodes, rows that are likely to
 * follow where that pays, and rows of prompts.
 */
final class StepAssembly {
  /** Of a step's rows one in so many is kept for prompts while there are any. */
  private static final int PROMPT_SHARE = 8;

  private final CacheRoom room;
  private final Admission admission;
  private final TextLimits limits;
  private final DraftPolicy drafts;
  private final int stepRows;
  private final int scoredRows;
  private final StepInput input = new StepInput();
  private final List<Generation> rowOwners = new ArrayList<>();
  private final List<Generation> stepOwners = new ArrayList<>();
  private int firstDecoding;
  private int firstPrompt;
  private int decoding;
  private int decodingRows;
  private boolean promptsTurn;
  private boolean isMeasured;

  /** Blocks that no text needs for its next token. */
  private int spareBlocks;

  /**
   * Steps of at most so many rows.
   *
   * @param scoredRows how many rows of a prompt that is scored
   */
  StepAssembly(
      CacheRoom room,
      Admission admission,
      TextLimits limits,
      DraftPolicy drafts,
      int stepRows,
      int scoredRows) {
    this.room = room;
    this.admission = admission;
    this.limits = limits;
    this.drafts = drafts;
    this.stepRows = stepRows;
    this.scoredRows = scoredRows;
  }

  /**
   * Puts the next step together.
   *
   * @return whether there is anything to compute
   */
  boolean assemble(List<Generation> running) {
    do {
      clear();
      makeRoom(running);
      boolean leavesOut = isSomebodyReady(running) && running.size() > 1;
      add(running, leavesOut);
      if (input.batch().rows() == 0 && leavesOut) {
        add(running, false);
      }
      // Prompts that hold all blocks together and have none to go on with: all but one wait.
    } while (input.batch().rows() == 0 && running.size() > 1 && admission.preemptNewest(running));
    return input.batch().rows() > 0;
  }

  private void add(List<Generation> running, boolean leavesOut) {
    decoding = addDecoding(running, leavesOut);
    decodingRows = input.batch().rows();
    addPrompts(running, leavesOut);
  }

  /** Forgets the last step. */
  void clear() {
    input.clear();
    rowOwners.clear();
    stepOwners.clear();
  }

  /** What is computed. */
  StepInput input() {
    return input;
  }

  /** Whose logits come of it, in their order: first those that decode. */
  List<Generation> rowOwners() {
    return rowOwners;
  }

  /** Everybody who has a row in it. */
  List<Generation> stepOwners() {
    return stepOwners;
  }

  /** How many texts decode. */
  int decoding() {
    return decoding;
  }

  /** How many rows those have. */
  int decodingRows() {
    return decodingRows;
  }

  /** Whether the step's time says what a row costs. */
  boolean isMeasured() {
    return isMeasured;
  }

  /** Makes room for a token of every text that decodes; where there is none, the newest waits. */
  private void makeRoom(List<Generation> running) {
    while (true) {
      int needed = 0;
      for (int i = 0; i < running.size(); i++) {
        Generation generation = running.get(i);
        needed += generation.isReadingPrompt() ? 0 : generation.cache().blocksNeeded(1);
      }
      if (room.free(needed)) {
        spareBlocks = room.available() - needed;
        return;
      }
      if (!admission.preemptNewest(running)) {
        throw new IllegalStateException("the cache has no block for texts that it had room for");
      }
    }
  }

  /**
   * Adds rows of prompts, as many of each as of the others while there is room, and of the first
   * ones what is left then: a short prompt does not wait for the end of a long one.
   *
   * @param leavesOut whether the last token is left out of prompts behind which nothing can be
   *     chosen yet
   */
  private void addPrompts(List<Generation> running, boolean leavesOut) {
    int prompts = 0;
    for (int i = 0; i < running.size(); i++) {
      prompts += readable(running.get(i), leavesOut) > 0 ? 1 : 0;
    }
    for (int i = 0; i < running.size() && prompts > 0; i++) {
      Generation generation = running.get((firstPrompt + i) % running.size());
      int rows = stepRows - input.batch().rows();
      if (rows == 0) {
        firstPrompt = (firstPrompt + i) % running.size();
        return;
      }
      int readable = readable(generation, leavesOut);
      if (readable > 0) {
        // Shares are made anew: what a short prompt leaves goes to those behind it.
        int share = Math.min(Math.max(1, rows / prompts), readable);
        if (generation.scoresPrompt()) {
          share = Math.min(share, scoredRows);
        }
        int count = CacheRoom.fitting(generation.cache(), share, spareBlocks);
        if (count > 0) {
          add(generation, count, 0);
        }
        prompts--;
      }
    }
  }

  /**
   * Adds a row for each text that decodes, or for the next ones in turn where there are more than
   * rows, and leaves some for prompts where any is being read: nobody waits for ever. Rows that
   * nobody needs go to what is proposed; beside a prompt there are none, since a step with many
   * rows takes longer by each of them.
   *
   * @param leavesOut whether texts that would make others wait are not among them
   */
  private int addDecoding(List<Generation> running, boolean leavesOut) {
    boolean prompts = isAnyReadingPrompt(running, leavesOut);
    int room = prompts ? stepRows - Math.max(1, stepRows / PROMPT_SHARE) : stepRows;
    if (prompts && stepRows == 1) {
      promptsTurn = !promptsTurn;
      room = promptsTurn ? 0 : 1;
    }
    int count = running.size();
    int spare = room - count;
    isMeasured = !prompts && count > 0 && !(leavesOut && isSomebodyUnready(running));
    if (isMeasured) {
      drafts.begin(Math.min(count, room));
    }
    int served = 0;
    int looked = 0;
    for (; looked < count && served < room; looked++) {
      Generation generation = running.get((firstDecoding + looked) % count);
      if (!generation.isReadingPrompt() && (generation.isReady() || !leavesOut)) {
        int drafted = isMeasured ? generation.propose(drafts, spare, limits) : 0;
        SequenceCache cache = generation.cache();
        if (cache.blocksNeeded(1 + drafted) - cache.blocksNeeded(1) > spareBlocks) {
          generation.dropDrafts();
          drafted = 0;
        }
        spare -= drafted;
        add(generation, 1 + drafted, cache.blocksNeeded(1));
        served++;
      }
    }
    firstDecoding = count == 0 ? 0 : (firstDecoding + looked) % count;
    return served;
  }

  /** Whether there is something to compute that makes nobody wait; all are looked at. */
  private static boolean isSomebodyReady(List<Generation> running) {
    boolean found = false;
    for (int i = 0; i < running.size(); i++) {
      Generation generation = running.get(i);
      found |= generation.lookWhetherReady() || readable(generation, true) > 0;
    }
    return found;
  }

  /**
   * How many tokens of a text's prompt may be read.
   *
   * @param leavesOut whether its last one waits until the next token can be chosen
   */
  private static int readable(Generation generation, boolean leavesOut) {
    if (!generation.isReadingPrompt()) {
      return 0;
    }
    return generation.pending() - (leavesOut && !generation.isReady() ? 1 : 0);
  }

  private static boolean isSomebodyUnready(List<Generation> running) {
    for (int i = 0; i < running.size(); i++) {
      if (!running.get(i).isReady()) {
        return true;
      }
    }
    return false;
  }

  private static boolean isAnyReadingPrompt(List<Generation> running, boolean leavesOut) {
    for (int i = 0; i < running.size(); i++) {
      if (readable(running.get(i), leavesOut) > 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * Adds rows of a text.
   *
   * @param reserved how many of the blocks that they take nobody else may have
   */
  private void add(Generation generation, int count, int reserved) {
    // It fails with the step, also where there is no memory for its row.
    stepOwners.add(generation);
    SequenceCache cache = generation.cache();
    int blocks = cache.blocksNeeded(count);
    spareBlocks -= blocks - reserved;
    if (!room.free(blocks) || !cache.reserve(count)) {
      throw new IllegalStateException(
          "the cache was promised to this sequence, and has no block for it");
    }
    boolean last = cache.length() + count == generation.length() + generation.drafted();
    boolean scored = generation.scoresPrompt();
    boolean all = generation.drafted() > 0 || scored;
    input.add(
        cache,
        generation.sequence(),
        cache.length(),
        count,
        generation.length(),
        all ? StepInput.Logits.ALL : last ? StepInput.Logits.LAST : StepInput.Logits.NONE);
    if (all || last) {
      generation.expect(all ? count : 1, scored);
      rowOwners.add(generation);
    }
  }
}
