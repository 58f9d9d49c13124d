package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * How a command ended that ran in this process.
 *
 * @param code its exit code
 * @param out its standard output
 * @param err its standard error
 */
public record Ran(int code, String out, String err) {
  /** Runs a command of verbs of another application than {@code cli}. */
  public static Ran of(List<CommandSpec> verbs, List<String> arguments) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Terminal terminal = new Terminal(out, err, () -> false);
    String[] args = arguments.toArray(String[]::new);
    int code = verbs.isEmpty() ? Main.run(terminal, args) : Main.run(terminal, verbs, args);
    return new Ran(
        code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** A terminal that shows nothing. */
  public static Terminal nowhere() {
    return new Terminal(new ByteArrayOutputStream(), new ByteArrayOutputStream(), () -> false);
  }

  /** The last line of standard output that begins with a brace, having gone well. */
  public JsonNode json() {
    assertThat(code).as(err).isZero();
    return JsonMapper.shared()
        .readTree(out.lines().filter(line -> line.startsWith("{")).reduce("", (a, b) -> b));
  }
}
