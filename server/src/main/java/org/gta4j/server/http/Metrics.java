package org.gta4j.server.http;

import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerResponse;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.util.function.ToDoubleFunction;
import org.gta4j.generate.Engine;
import org.gta4j.generate.EngineStats;

/** What the server does, for Prometheus. */
final class Metrics {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  Metrics(Engine engine) {
    gauge(engine, "gta.texts.running", "Texts that are computed now", EngineStats::running);
    gauge(engine, "gta.texts.waiting", "Texts that wait", EngineStats::waiting);
    gauge(engine, "gta.cache.blocks.used", "Blocks that are held", EngineStats::usedBlocks);
    gauge(
        engine,
        "gta.cache.blocks.reclaimable",
        "Blocks that are held only for texts to come",
        EngineStats::reclaimableBlocks);
    gauge(engine, "gta.cache.blocks.max", "Blocks there may be", EngineStats::mostBlocks);
    gauge(engine, "gta.cache.block.bytes", "How large a block is", EngineStats::blockBytes);
    counter(engine, "gta.steps", "Steps computed", EngineStats::steps);
    counter(engine, "gta.prompt.tokens", "Prompt tokens computed", EngineStats::promptTokens);
    counter(
        engine,
        "gta.prompt.tokens.reused",
        "Prompt tokens found in the cache",
        EngineStats::reusedTokens);
    counter(engine, "gta.answer.tokens", "Answer tokens computed", EngineStats::answerTokens);
    gauge(engine, "gta.cache.blocks.stored", "Blocks on the disk", EngineStats::storedBlocks);
    counter(
        engine,
        "gta.cache.stored.bytes",
        "Bytes that went to the disk",
        stats -> stats.traffic().bytesOut());
    counter(
        engine,
        "gta.cache.restored.bytes",
        "Bytes that came back from the disk",
        stats -> stats.traffic().bytesIn());
    counter(engine, "gta.preemptions", "Texts that gave way to others", EngineStats::preemptions);
  }

  private void gauge(
      Engine engine, String name, String words, ToDoubleFunction<EngineStats> value) {
    Gauge.builder(name, engine, e -> value.applyAsDouble(e.stats()))
        .description(words)
        .register(registry);
  }

  private void counter(
      Engine engine, String name, String words, ToDoubleFunction<EngineStats> value) {
    FunctionCounter.builder(name, engine, e -> value.applyAsDouble(e.stats()))
        .description(words)
        .register(registry);
  }

  /** Begins to time a request. */
  Timing begin(String path) {
    return new Timing(path, Timer.start(registry));
  }

  /** A request that is being answered. */
  final class Timing {
    private final String path;
    private final Timer.Sample sample;

    private Timing(String path, Timer.Sample sample) {
      this.path = path;
      this.sample = sample;
    }

    /** It has ended. */
    void end(String outcome) {
      sample.stop(
          Timer.builder("gta.requests")
              .description("Requests answered, and how long that took")
              .tag("path", path)
              .tag("outcome", outcome)
              .register(registry));
    }
  }

  void send(ServerResponse response) {
    response.header(HeaderNames.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
    Bodies.send(response, registry.scrape().getBytes(StandardCharsets.UTF_8));
  }
}
