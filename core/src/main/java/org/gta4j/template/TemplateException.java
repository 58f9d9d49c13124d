package org.gta4j.template;

/** A template that cannot be read, or whose result cannot be computed; says where and why. */
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean isRaised;

  TemplateException(String message) {
    this(message, false);
  }

  TemplateException(String message, boolean isRaised) {
    super(message);
    this.isRaised = isRaised;
  }

  /** Whether the template itself refuses what it was given, by {@code raise_exception}. */
  public boolean isRaised() {
    return isRaised;
  }
}
