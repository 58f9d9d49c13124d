package org.gta4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.ToIntFunction;
import picocli.CommandLine.Model.CommandSpec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * How a command ended that ran in this process.
 *
 * @param code its exit code
 * @param results its standard output
 * @param messages its standard error
 */
record CommandRun(int code, String results, String messages) {
  /** Runs a command. */
  static CommandRun of(List<String> arguments) {
    return of(terminal -> Main.run(terminal, arguments.toArray(String[]::new)));
  }

  /** Runs a command of these verbs. */
  static CommandRun of(List<CommandSpec> verbs, List<String> arguments) {
    return of(terminal -> Main.run(terminal, verbs, arguments.toArray(String[]::new)));
  }

  private static CommandRun of(ToIntFunction<Terminal> command) {
    ByteArrayOutputStream results = new ByteArrayOutputStream();
    ByteArrayOutputStream messages = new ByteArrayOutputStream();
    Terminal terminal = new Terminal(results, messages, () -> false);
    int code = command.applyAsInt(terminal);
    return new CommandRun(
        code, results.toString(StandardCharsets.UTF_8), messages.toString(StandardCharsets.UTF_8));
  }

  /** The same, having gone well. */
  CommandRun done() {
    assertThat(code).as(messages).isZero();
    return this;
  }

  /** Its standard output, which is JSON, having gone well. */
  JsonNode json() {
    return JsonMapper.shared().readTree(done().results);
  }

  /** The same of each line. */
  List<JsonNode> jsonLines() {
    return done().results.lines().map(JsonMapper.shared()::readTree).toList();
  }
}
