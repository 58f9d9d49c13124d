package org.gta4j.cli;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Where {@code gta} begins. */
public final class Main {
  /** It was done. */
  static final int DONE = 0;

  /** It was refused, or went wrong. */
  static final int FAILED = 1;

  /** The command was wrong. */
  static final int WRONG_USAGE = 2;

  /**
   * The reader of standard output has left: what a shell reports for a process ended by SIGPIPE.
   */
  static final int CLOSED_PIPE = 141;

  private Main() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    // Numbers are the same everywhere, for people and for programs.
    Locale.setDefault(Locale.ROOT);
    System.exit(run(Terminal.ofProcess(), args));
  }

  /**
   * Runs a command of verbs that this module does not have, and ends the process with its exit
   * code.
   */
  public static void main(List<CommandSpec> verbs, String... args) {
    Locale.setDefault(Locale.ROOT);
    System.exit(run(Terminal.ofProcess(), verbs, args));
  }

  /** Runs a command; returns its exit code. */
  static int run(Terminal terminal, String... args) {
    String[] meant = withoutHelpVerb(args);
    return run(terminal, Gta.commandLine(meant), meant);
  }

  /** Runs a command of verbs that this module does not have; returns its exit code. */
  public static int run(Terminal terminal, List<CommandSpec> verbs, String... args) {
    return run(terminal, Gta.commandLine(verbs), withoutHelpVerb(args));
  }

  private static int run(Terminal terminal, CommandLine line, String... args) {
    try {
      parseAndRun(terminal, line, args);
      return DONE;
    } catch (UsageException | ParameterException e) {
      return failed(terminal, args, e, WRONG_USAGE);
    } catch (RuntimeException | Error e) {
      if (e instanceof OutputException output && output.isClosedPipe()) {
        return CLOSED_PIPE;
      }
      return failed(
          terminal, args, e, e instanceof RefusedException refused ? refused.exitCode() : FAILED);
    }
  }

  private static void parseAndRun(Terminal terminal, CommandLine line, String... args) {
    if (args.length == 0) {
      terminal.print(line.getUsageMessage());
      return;
    }
    if (!args[0].startsWith("-") && !line.getSubcommands().containsKey(args[0])) {
      // Said here: with --help behind it the parser would look no further.
      throw new UnmatchedArgumentException(line, List.of(args[0]));
    }
    CommandLine last = line.parseArgs(args).asCommandLineList().getLast();
    if (last.isUsageHelpRequested()) {
      terminal.print(last.getUsageMessage());
    } else if (line.isVersionHelpRequested()) {
      terminal.line(Version.line());
    } else if (last.getCommand() instanceof Verb verb) {
      verb.run(terminal);
    } else {
      throw new UsageException(
          "which verb? '%s --help' lists them".formatted(last.getCommandSpec().qualifiedName()));
    }
  }

  /** {@code gta help VERB} is {@code gta VERB --help}. */
  private static String[] withoutHelpVerb(String... args) {
    if (args.length == 0 || !args[0].equals("help")) {
      return args;
    }
    String[] others = Arrays.copyOfRange(args, 1, args.length + 1);
    others[args.length - 1] = "--help";
    return others;
  }

  private static int failed(Terminal terminal, String[] args, Throwable error, int code) {
    boolean debug = List.of(args).contains("--debug");
    terminal.say(Sentences.of(error, debug));
    if (debug) {
      terminal.trace(error);
    }
    return code;
  }
}
