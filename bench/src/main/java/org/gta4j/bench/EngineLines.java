package org.gta4j.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gta4j.checkpoint.Json;
import org.gta4j.embedded.EmbeddedModel;
import org.gta4j.generate.Answer;
import org.gta4j.generate.Engine;
import org.gta4j.generate.EngineSettings;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.LoadOptions;
import org.gta4j.generate.Request;
import org.gta4j.generate.Sampling;
import tools.jackson.databind.json.JsonMapper;

/**
 * What an engine by itself makes of a file of prompts, beside {@code gta spark generate}: the same
 * texts with the same settings, all of them submitted at once. {@code EngineLines FILE.jsonl
 * MAX_TOKENS [MODEL]}
 */
public final class EngineLines {
  private static final int PARALLEL = 32;
  private static final long CACHE_BYTES = 1L << 30;

  private EngineLines() {}

  /** Prints a line of JSON. */
  public static void main(String[] args) throws IOException {
    List<String> texts =
        Files.readAllLines(Path.of(args[0])).stream()
            .map(line -> JsonMapper.shared().readTree(line).path("text").stringValue())
            .toList();
    int most = Integer.parseInt(args[1]);
    boolean embedded = args.length < 3;
    Sampling greedy = new Sampling(0, 0, 1, 0, embedded ? EmbeddedModel.REPEAT_PENALTY : 1, 0);
    try (LanguageModel model =
            embedded
                ? EmbeddedModel.load(LoadOptions.defaults())
                : LanguageModel.load(Path.of(args[2]), LoadOptions.defaults());
        Engine engine =
            new Engine(model, new EngineSettings(CACHE_BYTES, PARALLEL, texts.size(), true))) {
      long begin = System.nanoTime();
      List<Answer> answers = new ArrayList<>();
      for (String text : texts) {
        Request request = new Request(model.encode(text), most, greedy, List.of(), false);
        answers.add(engine.submit(request, piece -> {}));
      }
      long tokens = 0;
      for (Answer answer : answers) {
        tokens += answer.await().ids().length;
      }
      double seconds = (System.nanoTime() - begin) / 1e9;
      System.out.println(
          Json.object()
              .put("rows", texts.size())
              .put("tokens", tokens)
              .put("seconds", Math.round(seconds * 1000) / 1000.0)
              .put("tokens_per_second", Math.round(tokens / seconds * 10) / 10.0));
    }
  }
}
