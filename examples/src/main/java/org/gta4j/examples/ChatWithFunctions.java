package org.gta4j.examples;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.gta4j.answer.Chat;
import org.gta4j.answer.ChatSettings;
import org.gta4j.answer.RecordSchema;
import org.gta4j.chat.tools.ParsedAnswer;
import org.gta4j.chat.tools.ToolFunction;
import org.gta4j.generate.LanguageModel;
import tools.jackson.databind.json.JsonMapper;

/**
 * A conversation with a model: it has to call a function, goes on from what that returns, and says
 * it once more as a record.
 *
 * <pre>
 * java --add-modules jdk.incubator.vector -cp ... org.gta4j.examples.ChatWithFunctions MODEL
 * </pre>
 *
 * <p>{@code MODEL} is one with a chat template.
 */
public final class ChatWithFunctions {
  /** Where the weather can be asked for. */
  public enum City {
    /** In France. */
    PARIS,
    /** In Peru. */
    LIMA
  }

  /** The function's arguments, as the model writes them. */
  public record Place(City city) {}

  /** What is to be known in the end. */
  public record Forecast(City city, int degrees, boolean rain) {}

  private ChatWithFunctions() {}

  /** Asks the model that is given. */
  public static void main(String[] args) {
    if (args.length == 0) {
      System.err.println("usage: ChatWithFunctions MODEL");
      System.exit(2);
    }
    ChatSettings settings = ChatSettings.defaults().withMaxTokens(200);
    ToolFunction weather =
        ToolFunction.of("weather", "Today's weather in a city.", RecordSchema.of(Place.class));
    try (LanguageModel model = LanguageModel.load(Path.of(args[0]));
        Chat chat = Chat.with(model)) {
      chat.system("Answer in one sentence.").functions(List.of(weather));
      chat.settings(settings.withMustCall(true));
      List<String> results = new ArrayList<>();
      for (ParsedAnswer.Call call : chat.ask("What is the weather like in Paris?").calls()) {
        Place place = JsonMapper.shared().readValue(call.arguments(), Place.class);
        System.out.println("weather in " + place.city());
        results.add("18 degrees, no rain");
      }
      chat.settings(settings);
      chat.returned(results, System.out::print);
      System.out.println();
      System.out.println(chat.ask("Which city, how warm, and will it rain?", Forecast.class));
    }
  }
}
