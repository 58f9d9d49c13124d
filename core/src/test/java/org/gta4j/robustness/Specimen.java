package org.gta4j.robustness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A model as files in memory, to be damaged and written.
 *
 * @param name what it is a specimen of
 * @param files what is in its folder
 * @param entry the file to be opened; empty where it is the folder
 */
record Specimen(String name, SortedMap<String, Node> files, String entry) {
  /** What stands under a name in a folder. */
  sealed interface Node {
    /** A file. */
    record Content(byte[] bytes) implements Node {}

    /** An empty folder. */
    record Folder() implements Node {}

    /** A symbolic link. */
    record Link(String target) implements Node {}
  }

  /** The specimen with another content under a name. */
  Specimen with(String file, byte[] bytes) {
    return with(file, new Node.Content(bytes));
  }

  /** The specimen with something else under a name. */
  Specimen with(String file, Node node) {
    SortedMap<String, Node> copy = new TreeMap<>(files);
    copy.put(file, node);
    return new Specimen(name, copy, entry);
  }

  /** The specimen without a file. */
  Specimen without(String file) {
    SortedMap<String, Node> copy = new TreeMap<>(files);
    copy.remove(file);
    return new Specimen(name, copy, entry);
  }

  /** A file's content. */
  byte[] bytes(String file) {
    return files.get(file) instanceof Node.Content content ? content.bytes() : new byte[0];
  }

  /** The names that end so and have a content. */
  List<String> named(String end) {
    return files.keySet().stream()
        .filter(file -> file.endsWith(end) && files.get(file) instanceof Node.Content)
        .toList();
  }

  /** Writes it into an empty folder; returns what is to be opened. */
  Path write(Path folder) throws IOException {
    for (var file : files.entrySet()) {
      Path path = folder.resolve(file.getKey());
      switch (file.getValue()) {
        case Node.Content content -> Files.write(path, content.bytes());
        case Node.Folder ignored -> Files.createDirectory(path);
        case Node.Link link -> Files.createSymbolicLink(path, Path.of(link.target()));
      }
    }
    return entry.isEmpty() ? folder : folder.resolve(entry);
  }
}
