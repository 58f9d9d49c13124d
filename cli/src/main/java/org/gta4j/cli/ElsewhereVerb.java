package org.gta4j.cli;

import java.util.List;

/** Stands in the help text for a {@link TrainingVerb}, which another application does. */
final class ElsewhereVerb extends Verb {
  private final TrainingVerb verb;

  ElsewhereVerb(TrainingVerb verb) {
    super(verb.name(), "...", List.of(verb.description()), List.of());
    this.verb = verb;
    addHelp();
  }

  @Override
  public void run(Terminal terminal) {
    throw new RefusedException(
        "%s is in another application than this one: start it as ./gta %s"
            .formatted(verb.name(), verb.name()));
  }
}
