package org.gta4j.cli.spark.prepare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.gta4j.cli.RefusedException;
import org.gta4j.cli.Terminal;
import org.gta4j.cli.data.DataPrepareVerb;
import org.gta4j.cli.data.Preparation;
import org.gta4j.cli.data.PrepareEngine;
import org.gta4j.cli.data.Prepared;
import org.gta4j.cli.data.TokenizerFiles;
import org.gta4j.cli.spark.job.SparkJob;
import org.gta4j.cli.spark.job.SparkPlace;
import org.gta4j.data.DataException;
import org.gta4j.data.shard.ShardFolder;
import org.gta4j.data.shard.ShardIndex;
import org.gta4j.data.shard.ShardPlan;
import org.gta4j.data.text.Cleaning;
import org.gta4j.data.text.CleaningCounts;
import org.gta4j.data.text.Duplicates;
import org.gta4j.data.text.Removal;
import scala.Tuple2;

/** Prepares data in Spark. */
public final class SparkPreparation implements PrepareEngine {
  private static final long LARGEST_SPLIT = 64L << 20;
  private static final long SMALLEST_SPLIT = 64L << 10;
  private static final int SPLITS_PER_TASK = 4;
  private static final long[] NONE = new long[0];

  private final long largestSplit;

  /** With the usual splits. */
  public SparkPreparation() {
    this(LARGEST_SPLIT);
  }

  /**
   * With splits of so many bytes at most.
   *
   * @param largestSplit no result depends on it
   */
  SparkPreparation(long largestSplit) {
    this.largestSplit = largestSplit;
  }

  @Override
  public String name() {
    return DataPrepareVerb.SPARK;
  }

  @Override
  public Prepared prepare(Terminal terminal, Preparation asked) {
    SparkPlace place = SparkPlace.of(asked.master(), asked.settings());
    TokenizerFiles words = TokenizerFiles.read(asked.tokenizer());
    long bytes = bytes(asked.files());
    try (ShardFolder folder = new ShardFolder(asked.out());
        SparkJob job = SparkJob.open(terminal, "gta data prepare", place)) {
      return prepare(job, asked, words, folder, splits(asked, bytes, job.parallelism()));
    }
  }

  private static long bytes(List<String> files) {
    long bytes = 0;
    for (String file : files) {
      try {
        bytes += Files.isRegularFile(Path.of(file)) ? Files.size(Path.of(file)) : 0;
      } catch (IOException e) {
        throw new RefusedException(
            "%s: %s: cannot be read: %s".formatted(TextSplit.OPTION, file, e.getMessage()), e);
      }
    }
    return bytes;
  }

  private List<TextSplit> splits(Preparation asked, long bytes, int parallelism) {
    long share = bytes / ((long) SPLITS_PER_TASK * parallelism);
    return TextSplit.of(
        asked.files(), asked.field(), Math.min(largestSplit, Math.max(SMALLEST_SPLIT, share)));
  }

  private static Prepared prepare(
      SparkJob job,
      Preparation asked,
      TokenizerFiles words,
      ShardFolder folder,
      List<TextSplit> splits) {
    List<WrittenPart> parts = tokenized(job, asked, words, folder, splits);
    Totals totals = Totals.of(parts);
    if (totals.tokens() == 0) {
      throw totals.documents == 0 && totals.removed.removed().isEmpty()
          ? new RefusedException(
              "%s: there is no text in %s"
                  .formatted(TextSplit.OPTION, String.join(", ", asked.files())))
          : new DataException("%s: expected tokens to write, found none".formatted(asked.out()));
    }
    List<ShardPlan> plans = ShardPlan.of(totals.runs, asked.shardTokens());
    int vocabulary = words.tokenizer().size();
    String place = folder.unfinished().toString();
    List<ShardIndex.Shard> shards =
        job.run(
            "putting shards together",
            plans.size(),
            () ->
                job.context()
                    .parallelize(plans, plans.size())
                    .map(plan -> plan.assemble(Path.of(place), vocabulary))
                    .collect());
    ShardIndex index = ShardIndex.of(vocabulary, words.checksum(), totals.documents, shards);
    folder.finish(index);
    return new Prepared(index, totals.removed);
  }

  private static List<WrittenPart> tokenized(
      SparkJob job,
      Preparation asked,
      TokenizerFiles words,
      ShardFolder folder,
      List<TextSplit> splits) {
    Cleaning cleaning = asked.cleaning();
    String tokenizer = asked.tokenizer().toAbsolutePath().toString();
    String checksum = words.checksum();
    String place = folder.unfinished().toString();
    int tasks = SPLITS_PER_TASK * job.parallelism();
    return job.run(
        "tokenizing",
        splits.size(),
        () -> {
          JavaRDD<TextPortion> portions = portions(job, cleaning, splits);
          // Few files that cannot be cut are read by few tasks; others share the rest of the
          // work.
          JavaRDD<TextPortion> shared =
              splits.size() < job.parallelism() ? portions.repartition(tasks) : portions;
          return shared
              .mapPartitions(texts ->
                  List.of(
                          WrittenPart.write(
                              texts, ExecutorTokenizer.at(tokenizer, checksum), Path.of(place)))
                      .iterator())
              .collect();
        });
  }

  private static JavaRDD<TextPortion> portions(
      SparkJob job, Cleaning cleaning, List<TextSplit> splits) {
    JavaRDD<TextSplit> all = job.context().parallelize(splits, splits.size());
    if (cleaning.duplicates() instanceof Duplicates.Kept) {
      return all.flatMap(split -> TextPortion.of(split, cleaning, NONE));
    }
    JavaPairRDD<Integer, long[]> duplicates =
        new DuplicateSearch(job.session(), all, cleaning).bySplit();
    return all.mapToPair(split -> new Tuple2<>(split.index(), split))
        .leftOuterJoin(duplicates, splits.size())
        .values()
        .flatMap(pair -> TextPortion.of(pair._1(), cleaning, pair._2().orElse(NONE)));
  }

  /** What all parts come to, in the order of the text. */
  private record Totals(List<ShardPlan.Run> runs, long documents, CleaningCounts removed) {
    private record Place(WrittenPart.Portion portion, ShardPlan.Run run) {}

    static Totals of(List<WrittenPart> parts) {
      List<Place> places = new ArrayList<>();
      for (WrittenPart part : parts) {
        long from = 0;
        for (WrittenPart.Portion portion : part.portions()) {
          places.add(new Place(portion, new ShardPlan.Run(part.name(), from, portion.tokens())));
          from += portion.tokens();
        }
      }
      places.sort(
          Comparator.<Place>comparingInt(place -> place.portion().split())
              .thenComparingInt(place -> place.portion().number()));
      CleaningCounts removed = new CleaningCounts();
      long documents = 0;
      for (Place place : places) {
        documents += place.portion().documents();
        for (Map.Entry<Removal, Long> each : place.portion().removed().entrySet()) {
          removed.add(each.getKey(), each.getValue());
        }
      }
      return new Totals(places.stream().map(Place::run).toList(), documents, removed);
    }

    long tokens() {
      return runs.stream().mapToLong(ShardPlan.Run::count).sum();
    }
  }
}
