package org.gta4j.cli;

import org.gta4j.tokenizer.ControlTokens;

/** Whether a text that somebody else wrote may steer the model. */
public final class EscapeOption {
  private final Setting<Boolean> setting =
      Setting.flag(
          "--escape-control-tokens",
          "Take names of control tokens in the text, such as <|im_end|>, for ordinary text.");

  /** The option for {@code verb}. */
  public EscapeOption(Verb verb) {
    verb.add(setting);
  }

  /** Whether somebody asked for it. */
  public boolean isOn() {
    return setting.or(false);
  }

  /** Where control tokens are parsed in a text. */
  ControlTokens control() {
    return isOn() ? ControlTokens.ESCAPED : ControlTokens.PARSED;
  }
}
