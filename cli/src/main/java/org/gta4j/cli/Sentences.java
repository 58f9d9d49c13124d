package org.gta4j.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.Set;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.eval.EvalException;
import org.gta4j.generate.ModelOutputException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What went wrong, in one sentence that says what to do. */
final class Sentences {
  private Sentences() {}

  /**
   * The sentence.
   *
   * @param debug whether the stack trace is shown too
   */
  static String of(Throwable error, boolean debug) {
    if (isCutOff(error)) {
      return "a file of the model became shorter while it was read, so this was given up: is something else writing to it?";
    }
    return switch (error) {
      case UsageException e -> message(e);
      case UnmatchedArgumentException e -> unmatched(e);
      case ParameterException e when e.getArgSpec() != null && e.getValue() != null ->
          wrongValue(e, e.getArgSpec());
      case ParameterException e -> message(e) + hint(e);
      case RefusedException e -> message(e);
      case CheckpointException e -> message(e);
      case EvalException e -> message(e);
      case ModelOutputException e -> message(e);
      case OutputException e -> message(e);
      case UncheckedIOException e -> unreadable(e);
      case IllegalArgumentException e when isOurs(e) -> withAdvice(message(e));
      case OutOfMemoryError e ->
          "there is not enough memory (%s): try a smaller --context, --cache-type q8, or for Java's own part more with GTA_JAVA_OPTS=-Xmx8g"
              .formatted(message(e));
      default ->
          "this should not have happened: %s%s"
              .formatted(
                  error,
                  debug ? "" : "; run it again with --debug to see where, and please report it");
    };
  }

  /**
   * Whether memory was missing behind a mapped file: the JVM says so in an error of its own, the
   * system where it copies from there.
   */
  private static boolean isCutOff(Throwable error) {
    return switch (error) {
      case InternalError e -> message(e).contains("unsafe memory access");
      case CheckpointException e -> e.getCause() instanceof IOException cause && isCutOff(cause);
      case IOException e -> message(e).equals("Bad address");
      default -> false;
    };
  }

  /** Why a file could not be read or written. */
  static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException ignored -> "there is no such file";
      case AccessDeniedException ignored -> "its permissions do not allow it";
      default -> message(e);
    };
  }

  private static String message(Throwable error) {
    String message = error.getMessage();
    return message == null ? error.getClass().getSimpleName() : message;
  }

  /** The library does not know how its settings are named here. */
  private static String withAdvice(String message) {
    return message.contains("context has room for")
        ? message + ": ask for a longer --context"
        : message;
  }

  private static String unreadable(UncheckedIOException e) {
    IOException cause = e.getCause();
    return cause == null ? message(e) : message(e) + ": " + reason(cause);
  }

  /** The library's refusals are written for users; what the JDK says about an argument is not. */
  private static boolean isOurs(IllegalArgumentException e) {
    StackTraceElement[] trace = e.getStackTrace();
    return trace.length > 0 && trace[0].getClassName().startsWith("org.gta4j.");
  }

  private static String unmatched(UnmatchedArgumentException e) {
    String found = e.getUnmatched().getFirst();
    CommandSpec command = e.getCommandLine().getCommandSpec();
    if (e.isUnknownOption()) {
      String typed = found.contains("=") ? found.substring(0, found.indexOf('=')) : found;
      return "there is no option %s%s%s"
          .formatted(typed, meant(typed, command.optionsMap().keySet()), hint(e));
    }
    if (command.parent() == null || !command.subcommands().isEmpty()) {
      return "there is no verb %s in this version%s%s"
          .formatted(
              command.parent() == null ? found : command.name() + " " + found,
              meant(found, command.subcommands().keySet()),
              hint(e));
    }
    return "%s is one argument too many: a text of several words needs quotation marks%s"
        .formatted(found, hint(e));
  }

  private static String meant(String typed, Set<String> names) {
    return Similar.to(typed, names).map("; did you mean %s?"::formatted).orElse("");
  }

  /** A value that is none of its option's type. */
  private static String wrongValue(ParameterException e, ArgSpec option) {
    String name = option instanceof OptionSpec named ? named.longestName() : option.paramLabel();
    String expected =
        option.type() == boolean.class || option.type() == Boolean.class
            ? "no value"
            : option.type() == Double.class
                ? "a number"
                : "an integer of at most "
                    + (option.type() == Long.class ? Long.MAX_VALUE : Integer.MAX_VALUE);
    return message(UsageException.of(name, expected, String.valueOf(e.getValue())));
  }

  private static String hint(ParameterException e) {
    return " ('%s --help' helps)".formatted(e.getCommandLine().getCommandSpec().qualifiedName());
  }
}
