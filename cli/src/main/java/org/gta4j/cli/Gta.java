package org.gta4j.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The command that all verbs belong to. */
final class Gta {
  private static final List<String> VERBS =
      List.of(
          "generate",
          "chat",
          "serve",
          "logits",
          "perplexity",
          "tokenize",
          "inspect",
          "convert",
          "bench",
          "analyze",
          "paper",
          "redundancy",
          "eval");

  private Gta() {}

  /**
   * The parser for a command. It knows the verb that stands first, or all verbs where none does:
   * one is made sooner than all.
   */
  static CommandLine commandLine(String... args) {
    CommandLine line = new CommandLine(spec());
    if (args.length > 0 && VERBS.contains(args[0])) {
      line.addSubcommand(args[0], verb(args[0]).spec());
    } else {
      for (String name : VERBS) {
        line.addSubcommand(name, verb(name).spec());
      }
      for (TrainingVerb verb : TrainingVerb.ALL) {
        line.addSubcommand(verb.name(), new ElsewhereVerb(verb).spec());
      }
    }
    return prepared(line);
  }

  /** The parser for verbs that another application than this module's own brings along. */
  static CommandLine commandLine(List<CommandSpec> verbs) {
    CommandLine line = new CommandLine(spec());
    for (CommandSpec verb : verbs) {
      line.addSubcommand(verb.name(), verb);
    }
    return prepared(line);
  }

  private static CommandLine prepared(CommandLine line) {
    // A prompt may begin with @, which is not a file of arguments here.
    line.setExpandAtFiles(false);
    line.setUsageHelpWidth(100);
    line.setUsageHelpLongOptionsMaxWidth(28);
    return line;
  }

  private static CommandSpec spec() {
    CommandSpec spec = CommandSpec.create().name("gta");
    spec.addOption(Verb.help());
    spec.addOption(
        OptionSpec.builder("-V", "--version")
            .type(boolean.class)
            .versionHelp(true)
            .description("Show the version.")
            .build());
    spec.usageMessage()
        .synopsisHeading("Usage: ")
        .customSynopsis("gta VERB [OPTION]...")
        .descriptionHeading("%n")
        .description(
            "Language models with grouped-head latent attention and its relatives, on the JVM.",
            "Without --model every verb uses a tiny embedded model that tells stories.")
        .optionListHeading("%nOptions:%n")
        .commandListHeading("%nVerbs:%n")
        .footerHeading("%nExamples:%n")
        .footer(
            "  gta generate \"Once upon a time\"",
            "  gta generate --model FOLDER --ids 1,403,407 --json",
            "  gta inspect --model FOLDER",
            "",
            "'gta VERB --help' explains a verb. Exit codes: 0 done, 1 refused or failed, 2 wrong usage.");
    return spec;
  }

  private static Verb verb(String name) {
    return switch (name) {
      case "generate" -> new GenerateVerb();
      case "chat" -> new ChatVerb();
      case "serve" -> new ServeVerb();
      case "logits" -> new LogitsVerb();
      case "perplexity" -> new PerplexityVerb();
      case "tokenize" -> new TokenizeVerb();
      case "inspect" -> new InspectVerb();
      case "convert" -> new ConvertVerb();
      case "bench" -> new BenchVerb();
      case "analyze" -> new AnalyzeVerb();
      case "paper" -> new PaperVerb();
      case "redundancy" -> new RedundancyVerb();
      case "eval" -> new EvalVerb();
      default -> throw new IllegalArgumentException("there is no verb " + name);
    };
  }
}
