package org.gta4j.bench.serve;

import java.io.IOException;
import java.util.Optional;
import org.gta4j.cache.CacheType;
import org.gta4j.embedded.EmbeddedModel;
import org.gta4j.generate.EngineSettings;
import org.gta4j.generate.EngineStats;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;
import org.gta4j.ops.Activations;
import org.gta4j.ops.Backends;
import org.gta4j.server.GtaServer;
import org.gta4j.server.settings.ServerSettings;

/**
 * A server with the embedded model in a process of its own: prints where it listens, serves until
 * its standard input ends, and prints what its engine holds then.
 */
final class ServerProgram {
  private ServerProgram() {}

  /**
   * Serves.
   *
   * @param args blocks of the cache, texts computed together, texts that may wait
   */
  public static void main(String... args) throws IOException, InterruptedException {
    LoadOptions options =
        new LoadOptions(
            Backends.AUTO,
            Backends.defaultThreads(),
            CacheType.F16,
            Optional.empty(),
            Activations.AUTO);
    try (LanguageModel model = EmbeddedModel.load(options);
        GtaServer server =
            GtaServer.start(
                model,
                new EngineSettings(
                    Integer.parseInt(args[0]) * model.cacheLayout().blockBytes(),
                    Integer.parseInt(args[1]),
                    Integer.parseInt(args[2]),
                    true),
                ServerSettings.local(0, "stories"))) {
      System.out.println(server.address());
      System.in.readAllBytes();
      EngineStats stats = server.engine().stats();
      // Those who left last are noticed within a step or two.
      for (int i = 0; i < 100 && stats.running() + stats.waiting() > 0; i++) {
        Thread.sleep(50);
        stats = server.engine().stats();
      }
      System.out.printf(
          "%d open, %d blocks held for nobody, %d preemptions, %d tokens reused%n",
          stats.running() + stats.waiting(),
          stats.usedBlocks() - stats.reclaimableBlocks(),
          stats.preemptions(),
          stats.reusedTokens());
    }
  }
}
