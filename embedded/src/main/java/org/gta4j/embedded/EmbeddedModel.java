package org.gta4j.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** The files of the embedded model. */
public final class EmbeddedModel {
  private EmbeddedModel() {}

  /** Opens the weights, in llama2.c's format. */
  public static InputStream openModel() throws IOException {
    return Objects.requireNonNull(
            EmbeddedModel.class.getResource("stories260K.bin"), "stories260K.bin")
        .openStream();
  }
}
