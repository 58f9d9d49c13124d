package org.gta4j.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Holds a temporary file until it is killed; a dot says that it does. */
final class HoldingProgram {
  private HoldingProgram() {}

  /** Holds the file that is named. */
  public static void main(String[] args) throws IOException, InterruptedException {
    try (FileChannel channel = FileChannel.open(Path.of(args[0]), StandardOpenOption.WRITE)) {
      TemporaryOutput.hold(channel);
      System.out.print('.');
      System.out.flush();
      Thread.sleep(60_000);
    }
  }
}
