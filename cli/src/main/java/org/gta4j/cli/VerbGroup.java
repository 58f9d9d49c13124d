package org.gta4j.cli;

import picocli.CommandLine.Model.CommandSpec;

/** A first word that several verbs share, such as {@code data} of {@code data prepare}. */
public final class VerbGroup {
  private VerbGroup() {}

  /**
   * The group as picocli sees it.
   *
   * @param group its name and what its verbs do
   * @param verbs what is in it; their names begin with the group's
   */
  public static CommandSpec of(TrainingVerb group, Verb... verbs) {
    CommandSpec spec = CommandSpec.create().name(group.name());
    spec.addOption(Verb.help());
    for (Verb verb : verbs) {
      spec.addSubcommand(verb.spec().name(), verb.spec());
    }
    spec.usageMessage()
        .synopsisHeading("Usage: ")
        .customSynopsis("gta %s VERB [OPTION]...".formatted(group.name()))
        .descriptionHeading("%n")
        .description(group.description())
        .optionListHeading("%nOptions:%n")
        .commandListHeading("%nVerbs:%n");
    return spec;
  }
}
