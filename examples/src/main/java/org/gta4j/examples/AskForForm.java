package org.gta4j.examples;

import java.nio.file.Path;
import java.util.List;
import org.gta4j.answer.AnswerForm;
import org.gta4j.answer.Grammars;
import org.gta4j.generate.Answer;
import org.gta4j.generate.Engine;
import org.gta4j.generate.EngineSettings;
import org.gta4j.generate.LanguageModel;
import org.gta4j.generate.Request;
import org.gta4j.generate.Sampling;
import tools.jackson.databind.json.JsonMapper;

/**
 * Two texts that a model continues at once: one is printed as it comes, the other one is held to a
 * JSON schema.
 *
 * <pre>
 * java --add-modules jdk.incubator.vector -cp ... org.gta4j.examples.AskForForm MODEL
 * </pre>
 */
public final class AskForForm {
  private static final String SCHEMA =
      """
      {"type": "object",
       "properties": {"colour": {"enum": ["red", "green", "blue"]},
                      "count": {"type": "integer", "minimum": 1, "maximum": 9}},
       "required": ["colour", "count"],
       "additionalProperties": false}
      """;

  private AskForForm() {}

  /** Asks the model that is given. */
  public static void main(String[] args) {
    if (args.length == 0) {
      System.err.println("usage: AskForForm MODEL");
      System.exit(2);
    }
    EngineSettings settings = new EngineSettings(64L << 20, 8, 64, true);
    try (LanguageModel model = LanguageModel.load(Path.of(args[0]));
        Engine engine = new Engine(model, settings)) {
      Answer story = engine.submit(request(model, "Once upon a time", 40), System.out::print);
      AnswerForm form = AnswerForm.schema(JsonMapper.shared().readTree(SCHEMA));
      Answer held =
          engine.submit(
              request(model, "Lily saw some balls:", 100)
                  .with(form.constraint(new Grammars(model))),
              piece -> {});
      story.await();
      System.out.println();
      System.out.println(held.await().text().strip());
    }
  }

  private static Request request(LanguageModel model, String prompt, int tokens) {
    return new Request(model.encode(prompt), tokens, Sampling.greedy(), List.of(), false);
  }
}
