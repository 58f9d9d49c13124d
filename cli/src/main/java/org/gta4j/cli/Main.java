package org.gta4j.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.concurrent.Callable;
import org.gta4j.core.Placeholder;
import org.gta4j.embedded.EmbeddedModel;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Placeholder: prints its arguments. */
@Command(name = "gta", mixinStandardHelpOptions = true)
final class Main implements Callable<Integer> {
  @Parameters List<String> words = List.of();

  @Option(names = "--max-tokens")
  int maxTokens = 1;

  private Main() {}

  @Override
  public Integer call() throws IOException {
    try (InputStream model = EmbeddedModel.openModel()) {
      int bytes = model.readAllBytes().length;
      System.out.println(words + " " + maxTokens + " " + bytes + " " + Placeholder.text());
    }
    return 0;
  }

  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }
}
