package org.gta4j.eval;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * Finds a task's files in a folder: the file that the task names, or those of a data set as Hugging
 * Face's hub has them, {@code SPLIT-00000-of-00001.parquet}, {@code SPLIT/0000.parquet} or {@code
 * SPLIT.jsonl}, in the data set's own folder or one that holds several.
 */
public final class DataFiles {
  /** How deep a data set's files may be below its folder; the hub's cache has the deepest. */
  private static final int DEPTH = 6;

  /** How deep they may be where the folder itself is the data set's. */
  private static final int SHALLOW = 3;

  /** A file's place among others: all of them are as many as it says. */
  private static final Pattern PART = Pattern.compile("-\\d+-of-0*([1-9]\\d{0,8})\\.");

  private final Task task;
  private final Path folder;

  /** A task's in a folder. */
  public DataFiles(Task task, Path folder) {
    this.task = task;
    this.folder = folder;
  }

  /**
   * The files of what is asked.
   *
   * @return at least one, in order
   * @throws EvalException if there is none
   */
  public List<Path> asked() {
    Path file = folder.resolve(task.data().file());
    if (Files.exists(file)) {
      return List.of(file);
    }
    return published(task.data().split())
        .orElseThrow(() ->
            new EvalException(
                "%s: expected %s%s; found none"
                    .formatted(
                        folder,
                        task.data().file(),
                        task.data().path().isEmpty()
                            ? ""
                            : ", or " + wanted(task.data().split()))));
  }

  /**
   * The files of examples; empty where they are those of what is asked.
   *
   * @throws EvalException if the task names a split for them that is not there
   */
  public Optional<List<Path>> examples() {
    Optional<String> split = task.data().examplesSplit();
    if (split.isEmpty() || split.get().equals(task.data().split())) {
      return Optional.empty();
    }
    return Optional.of(
        published(split.get())
            .orElseThrow(() ->
                new EvalException(
                    "%s: expected %s for examples, as the task's file says; found none"
                        .formatted(folder, wanted(split.get())))));
  }

  private String wanted(String split) {
    String path = task.data().path().orElse(task.name());
    return "the split \"%s\" of %s%s as Parquet or JSON lines, in the folder or one named %s below it"
        .formatted(
            split, path, task.data().configuration().map(" / "::concat).orElse(""), name(path));
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private Optional<List<Path>> published(String split) {
    List<Path> places = new ArrayList<>();
    Optional<String> path = task.data().path();
    if (path.isPresent()) {
      places.add(folder.resolve(path.get()));
      String cached = "datasets--" + path.get().replace("/", "--");
      places.add(current(folder.resolve(cached)));
      places.add(current(folder.resolve("hub").resolve(cached)));
      places.add(folder.resolve(name(path.get())));
    }
    places.add(folder.resolve(task.name()));
    for (Path place : places) {
      Optional<List<Path>> files = published(place, split, DEPTH);
      if (files.isPresent()) {
        return files;
      }
    }
    return published(folder, split, SHALLOW);
  }

  /** What the hub's cache has of a data set now, among all that it had. */
  private static Path current(Path cached) {
    Path head = cached.resolve("refs/main");
    try {
      Path snapshot =
          Files.exists(head)
              ? cached.resolve("snapshots").resolve(Files.readString(head).strip())
              : cached;
      return Files.isDirectory(snapshot) ? snapshot : cached;
    } catch (IOException | InvalidPathException e) {
      return cached;
    }
  }

  /**
   * Makes sure that all parts of a split are there, and of one edition.
   *
   * @throws EvalException if not
   */
  private static List<Path> complete(List<Path> files) {
    Set<String> editions = new TreeSet<>();
    for (Path file : files) {
      Matcher part = PART.matcher(String.valueOf(file.getFileName()));
      editions.add(part.find() ? part.group(1) : Integer.toString(files.size()));
    }
    if (!editions.equals(Set.of(Integer.toString(files.size())))) {
      throw new EvalException(
          "%s: expected all of one edition's parts, %s, found %d: %s"
              .formatted(
                  files.getFirst().resolveSibling("").normalize(),
                  String.join(" or ", editions),
                  files.size(),
                  files.stream().map(file -> String.valueOf(file.getFileName())).toList()));
    }
    return files;
  }

  /** The files of a split in the first of the folders below a place that have one. */
  private Optional<List<Path>> published(Path place, String split, int depth) {
    if (!Files.isDirectory(place)) {
      return Optional.empty();
    }
    SortedMap<String, List<Path>> byFolder = new TreeMap<>();
    Pattern name =
        Pattern.compile(
            "(.*/)?%s(-\\d+-of-\\d+|/[^/]*)?\\.(parquet|(jsonl|ndjson)(\\.(gz|xz|zst))?)"
                .formatted(Pattern.quote(split)));
    for (Path file : files(place, depth)) {
      Path inside = place.relativize(file);
      if (name.matcher(inside.toString().replace('\\', '/')).matches()
          && isConfigured(place, inside)
          && (depth == DEPTH || isNamedForIt(inside))) {
        byFolder
            .computeIfAbsent(file.resolveSibling(kind(file)).toString(), kind -> new ArrayList<>())
            .add(file);
      }
    }
    return byFolder.isEmpty()
        ? Optional.empty()
        : Optional.of(complete(byFolder.firstEntry().getValue().stream().sorted().toList()));
  }

  private static List<Path> files(Path place, int depth) {
    List<Path> files = new ArrayList<>();
    try {
      Set<FileVisitOption> options = EnumSet.of(FileVisitOption.FOLLOW_LINKS);
      Files.walkFileTree(
          place,
          options,
          depth,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (attributes.isRegularFile()) {
                files.add(file);
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
              return FileVisitResult.CONTINUE; // it is somebody else's, or a circle of links
            }
          });
    } catch (IOException e) {
      throw new EvalException("%s: cannot be read: %s".formatted(place, e.getMessage()), e);
    }
    return files;
  }

  private static String kind(Path file) {
    String name = String.valueOf(file.getFileName());
    return name.substring(name.indexOf('.'));
  }

  /** Whether a file is of the configuration, where the data set has several. */
  private boolean isConfigured(Path place, Path inside) {
    Optional<String> wanted = task.data().configuration();
    Path own = place.toAbsolutePath().normalize().getFileName();
    return wanted.isEmpty()
        || (own != null && own.toString().equals(wanted.get()))
        || parts(inside).contains(wanted.get());
  }

  /** Whether nothing on the way to a file in the folder itself is the name of another data set. */
  private boolean isNamedForIt(Path inside) {
    List<String> folders = parts(inside).subList(0, inside.getNameCount() - 1);
    List<String> usual =
        List.of(
            "data",
            "default",
            "plain_text",
            task.data().split(),
            task.data().examplesSplit().orElse("data"),
            task.data().configuration().orElse("data"));
    return usual.containsAll(folders);
  }

  private static List<String> parts(Path path) {
    return StreamSupport.stream(path.spliterator(), false).map(Path::toString).toList();
  }
}
