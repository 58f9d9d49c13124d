package org.gta4j.langchain4j;

import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.NonRetriableException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import org.gta4j.checkpoint.CheckpointException;
import org.gta4j.generate.EngineBusyException;
import org.gta4j.generate.ModelOutputException;
import org.gta4j.grammar.GrammarException;

/** What goes wrong, in langchain4j's exceptions. */
final class Failures {
  private Failures() {}

  /** What to throw for it. */
  static RuntimeException of(Throwable cause) {
    return switch (cause) {
      case LangChain4jException known -> known;
      case EngineBusyException busy -> new RateLimitException(message(busy), busy);
      case GrammarException grammar -> {
        UnsupportedFeatureException unsupported =
            new UnsupportedFeatureException("schema that is not supported: " + message(grammar));
        unsupported.initCause(grammar);
        yield unsupported;
      }
      case IllegalArgumentException request ->
          new InvalidRequestException(message(request), request);
      case CheckpointException template -> new InvalidRequestException(message(template), template);
      case ModelOutputException output -> new NonRetriableException(message(output), output);
      case IllegalStateException closed -> new NonRetriableException(message(closed), closed);
      default ->
          new InternalServerException("computing the answer has failed: " + message(cause), cause);
    };
  }

  private static String message(Throwable cause) {
    String message = cause.getMessage();
    return message == null ? cause.getClass().getSimpleName() : message;
  }
}
