package org.gta4j.eval;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Finds a task's files in a folder: the file that the task names, or those of a data set as Hugging
 * Face's hub has them, {@code SPLIT-00000-of-00001.parquet}, {@code SPLIT/0000.parquet} or {@code
 * SPLIT.jsonl}, in the data set's own folder or one that holds several.
 */
public final class DataFiles {
  private static final int DEPTH = 6;

  private DataFiles() {}

  /**
   * Finds them.
   *
   * @return at least one, in order
   * @throws EvalException if there is none
   */
  public static List<Path> of(Task task, Path folder) {
    Path file = folder.resolve(task.data().file());
    if (Files.exists(file)) {
      return List.of(file);
    }
    for (Path place : places(task, folder)) {
      List<Path> files = published(task.data(), place);
      if (!files.isEmpty()) {
        return files;
      }
    }
    throw new EvalException(
        "%s: expected %s%s; found none"
            .formatted(
                folder,
                task.data().file(),
                task.data()
                    .path()
                    .map(path ->
                        ", or the split \"%s\" of %s%s as Parquet or JSON lines, below the folder or one named %s"
                            .formatted(
                                task.data().split(),
                                path,
                                task.data().configuration().map(" / "::concat).orElse(""),
                                name(path)))
                    .orElse("")));
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** Where a data set may be: first what is named after it. */
  private static List<Path> places(Task task, Path folder) {
    List<Path> places = new ArrayList<>();
    Optional<String> path = task.data().path();
    if (path.isPresent()) {
      places.add(folder.resolve(path.get()));
      places.add(folder.resolve("datasets--" + path.get().replace("/", "--")));
      places.add(folder.resolve(name(path.get())));
      places.add(folder.resolve(task.name()));
      places.add(folder);
    }
    return places;
  }

  /** The files of a split in the first of the folders that have one. */
  private static List<Path> published(TaskData data, Path place) {
    if (!Files.isDirectory(place)) {
      return List.of();
    }
    Pattern split =
        Pattern.compile(
            "(?:.*/)?%s(?:-\\d+-of-\\d+|/[^/]*)?\\.(?:parquet|(?:jsonl|ndjson)(?:\\.(?:gz|xz|zst))?)"
                .formatted(Pattern.quote(data.split())));
    try (Stream<Path> all = Files.walk(place, DEPTH, FileVisitOption.FOLLOW_LINKS)) {
      Map<String, List<Path>> byFolder =
          all.filter(Files::isRegularFile)
              .filter(file -> split.matcher(slashed(place.relativize(file))).matches())
              .filter(file -> isOf(data.configuration(), file.toAbsolutePath().normalize()))
              .sorted()
              .collect(
                  Collectors.groupingBy(
                      file -> file.resolveSibling(kind(file)).toString(),
                      TreeMap::new,
                      Collectors.toList()));
      return byFolder.values().stream().findFirst().orElse(List.of());
    } catch (IOException | UncheckedIOException e) {
      throw new EvalException("%s: cannot be read: %s".formatted(place, e.getMessage()), e);
    }
  }

  private static String slashed(Path path) {
    return path.toString().replace('\\', '/');
  }

  private static String kind(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.substring(name.indexOf('.'));
  }

  private static boolean isOf(Optional<String> configuration, Path file) {
    return configuration.isEmpty()
        || StreamSupport.stream(file.spliterator(), false)
            .anyMatch(part -> part.toString().equals(configuration.get()));
  }
}
