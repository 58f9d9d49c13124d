package org.gta4j.data.shard;

import java.io.IOException;
import java.io.Serializable;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.gta4j.data.DataException;

/**
 * How a shard is put together of parts that others have written ({@link PartWriter}).
 *
 * @param number of the shard, from 0 on
 * @param runs its tokens, in order
 */
public record ShardPlan(int number, List<Run> runs) implements Serializable {
  /** Copies the list. */
  public ShardPlan {
    runs = List.copyOf(runs);
  }

  /**
   * Tokens that lie side by side in a part.
   *
   * @param part the part's name
   * @param from how many tokens of the part stand before them
   * @param count how many there are
   */
  public record Run(String part, long from, long count) implements Serializable {}

  /**
   * Cuts a text's tokens into shards, of which all but the last one have as many tokens.
   *
   * @param runs the tokens in the order of the text
   */
  public static List<ShardPlan> of(List<Run> runs, long shardTokens) {
    requireShardTokens(shardTokens);
    List<ShardPlan> plans = new ArrayList<>();
    List<Run> shard = new ArrayList<>();
    long room = shardTokens;
    for (Run run : runs) {
      long from = run.from();
      long left = run.count();
      while (left > 0) {
        long taken = Math.min(left, room);
        add(shard, new Run(run.part(), from, taken));
        from += taken;
        left -= taken;
        room -= taken;
        if (room == 0) {
          plans.add(new ShardPlan(plans.size(), shard));
          shard = new ArrayList<>();
          room = shardTokens;
        }
      }
    }
    if (!shard.isEmpty()) {
      plans.add(new ShardPlan(plans.size(), shard));
    }
    return plans;
  }

  private static void add(List<Run> shard, Run run) {
    if (!shard.isEmpty()) {
      Run last = shard.getLast();
      if (last.part().equals(run.part()) && last.from() + last.count() == run.from()) {
        shard.set(shard.size() - 1, new Run(run.part(), last.from(), last.count() + run.count()));
        return;
      }
    }
    shard.add(run);
  }

  static void requireShardTokens(long shardTokens) {
    if (shardTokens < 1) {
      throw new IllegalArgumentException(
          "tokens a shard: expected at least 1, found " + shardTokens);
    }
  }

  static String name(int number) {
    return String.format(Locale.ROOT, "shard-%05d.bin", number);
  }

  /**
   * Puts the shard together. Whoever does so twice, since the first attempt was lost, gets the same
   * file.
   *
   * @param folder where the parts are, and the shard goes
   * @param vocabulary ids go from 0 to this minus 1
   * @throws DataException if a part cannot be read, or the shard not written
   */
  public ShardIndex.Shard assemble(Path folder, int vocabulary) {
    Path place = folder.resolve(name(number));
    Path unfinished = folder.resolve(place.getFileName() + "-" + UUID.randomUUID());
    try (TokenFile file = new TokenFile(unfinished, vocabulary)) {
      for (Run run : runs) {
        try (FileChannel part = FileChannel.open(folder.resolve(run.part()))) {
          file.copy(part, run.from(), run.count());
        }
      }
      ShardIndex.Shard shard = file.end(name(number));
      Files.move(
          unfinished, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return shard;
    } catch (IOException e) {
      throw new DataException("%s: cannot be written: %s".formatted(place, e.getMessage()), e);
    }
  }
}
