package outside;

import java.nio.file.Path;
import org.gta4j.generate.LanguageModel;

/** Continues a story, and says what computed it. */
public final class Main {
  private Main() {}

  /** Continues a story with the model that is given. */
  public static void main(String[] args) {
    try (LanguageModel model = LanguageModel.load(Path.of(args[0]))) {
      model.generate("Once upon a time", 30, System.out::print);
      System.out.printf("%n(%s)%n", model.describeOps());
    }
  }
}
