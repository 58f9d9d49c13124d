package org.gta4j.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Files and folders that mean nothing before something else is finished. A process that is ended in
 * between, by Ctrl-C say, takes them away with it.
 */
final class UnfinishedFiles {
  private static final Deque<Path> PATHS = new ArrayDeque<>();
  private static boolean watching;

  private UnfinishedFiles() {}

  /** Remembers a file or folder that is about to be made. */
  static void add(Path path) {
    synchronized (PATHS) {
      if (!watching) {
        watching = true;
        try {
          Runtime.getRuntime().addShutdownHook(new Thread(UnfinishedFiles::deleteAll));
        } catch (IllegalStateException e) {
          // The process is ending already, and this is saved on the way out.
        }
      }
      PATHS.push(path);
    }
  }

  /** Forgets it: it is finished. */
  static void finished(Path path) {
    synchronized (PATHS) {
      PATHS.remove(path);
    }
  }

  /** Deletes it, if it is there, and forgets it. */
  static void delete(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // Something else has failed or ended before, and is what the user is told about; this may
      // well fail for the same reason.
    }
    finished(path);
  }

  private static void deleteAll() {
    synchronized (PATHS) {
      // The last first: folders after what is in them.
      while (!PATHS.isEmpty()) {
        delete(PATHS.peek());
      }
    }
  }
}
