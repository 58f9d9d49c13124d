package org.gta4j.checkpoint;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Files and folders that mean nothing before something else is finished. A process that is ended in
 * between, by Ctrl-C say, takes them away with it.
 */
public final class UnfinishedFiles {
  /** While a folder is being deleted, others may go on writing into it, or delete it as well. */
  private static final int ATTEMPTS = 5;

  private static final Deque<Unfinished> PATHS = new ArrayDeque<>();
  private static boolean watching;

  private record Unfinished(Path path, boolean whole) {}

  private UnfinishedFiles() {}

  /** Remembers a file that is about to be made, or a folder that is deleted only while empty. */
  public static void add(Path path) {
    add(new Unfinished(path, false));
  }

  /** Remembers a folder that is about to be made, and all that will be in it. */
  public static void addFolder(Path folder) {
    add(new Unfinished(folder, true));
  }

  private static void add(Unfinished unfinished) {
    synchronized (PATHS) {
      if (!watching) {
        watching = true;
        try {
          Runtime.getRuntime().addShutdownHook(new Thread(UnfinishedFiles::deleteAll));
        } catch (IllegalStateException e) {
          // The process is ending already, and this is saved on the way out.
        }
      }
      PATHS.push(unfinished);
    }
  }

  /** Whether this process is making it. */
  static boolean isKnown(Path path) {
    synchronized (PATHS) {
      return PATHS.stream().anyMatch(unfinished -> unfinished.path().equals(path));
    }
  }

  /** Forgets it: it is finished. */
  public static void finished(Path path) {
    synchronized (PATHS) {
      PATHS.removeIf(unfinished -> unfinished.path().equals(path));
    }
  }

  /** Deletes it, if it is there, and forgets it. */
  public static void delete(Path path) {
    delete(new Unfinished(path, false));
  }

  /** Deletes a folder with all that is in it, if it is there, and forgets it. */
  public static void deleteFolder(Path folder) {
    delete(new Unfinished(folder, true));
  }

  private static void delete(Unfinished unfinished) {
    Path path = unfinished.path();
    try {
      if (unfinished.whole()) {
        deleteWhole(path);
      } else {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      // Something else has failed or ended before, and is what the user is told about; this may
      // well fail for the same reason.
    }
    finished(path);
  }

  private static void deleteWhole(Path folder) throws IOException {
    for (int attempt = 1; Files.exists(folder, LinkOption.NOFOLLOW_LINKS); attempt++) {
      try {
        Folders.delete(folder);
      } catch (DirectoryNotEmptyException | NoSuchFileException e) {
        if (attempt == ATTEMPTS) {
          throw e;
        }
      }
    }
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
