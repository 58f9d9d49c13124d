package org.gta4j.generate;

/** An engine has as many texts as it takes; later there is room again. */
public final class EngineBusyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** With the number of texts that wait. */
  EngineBusyException(int texts) {
    super("%d texts are being continued or wait already: try again later".formatted(texts));
  }
}
