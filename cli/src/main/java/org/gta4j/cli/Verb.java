package org.gta4j.cli;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What all verbs have: a name, a help text that teaches, options, and something to do with them. A
 * verb's class lists its options as fields of type {@link Setting} and adds them in its
 * constructor.
 */
public abstract class Verb {
  @SuppressWarnings("this-escape") // picocli keeps it, and looks at it when a command is parsed
  private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);

  /**
   * A verb.
   *
   * @param name its name; of a verb in a group both words, such as {@code data prepare}
   * @param synopsis what is typed after the name
   * @param description what it does, in about two lines
   * @param examples whole commands
   */
  public Verb(String name, String synopsis, List<String> description, List<String> examples) {
    String[] footer = new String[examples.size()];
    for (int i = 0; i < footer.length; i++) {
      footer[i] = "  " + examples.get(i);
    }
    spec.name(name.substring(name.lastIndexOf(' ') + 1));
    spec.usageMessage()
        .synopsisHeading("Usage: ")
        .customSynopsis("gta " + name + " " + synopsis)
        .descriptionHeading("%n")
        .description(
            description.stream().map(line -> line.replace("%", "%%")).toArray(String[]::new))
        .parameterListHeading("%n")
        .optionListHeading("%nOptions:%n")
        .sortOptions(false)
        .footerHeading("%nExamples:%n")
        .footer(footer);
  }

  /** The verb as picocli sees it. */
  public final CommandSpec spec() {
    return spec;
  }

  /** Adds options, in the order in which the help text lists them. */
  public final void add(Setting<?>... settings) {
    for (Setting<?> setting : settings) {
      setting.addTo(spec);
    }
  }

  /** Adds the option that shows the help text. */
  public final void addHelp() {
    spec.addOption(help());
  }

  /** The option that shows a help text. */
  static OptionSpec help() {
    return OptionSpec.builder("-h", "--help")
        .type(boolean.class)
        .usageHelp(true)
        .description("Show this help.")
        .build();
  }

  /**
   * Does it, its options being parsed. What goes wrong is thrown: {@link UsageException} where the
   * command was wrong, anything else where it could not be carried out.
   */
  public abstract void run(Terminal terminal);
}
