package org.gta4j.train.torch;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The system has no more memory for a training; the message says so in words. */
public final class NotEnoughMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** What libtorch's allocator says, whatever of its checks says it. */
  private static final Pattern ALLOCATOR =
      Pattern.compile("DefaultCPUAllocator: [^:]*memory: you tried to allocate (\\d+) bytes");

  /** What C++ says where nobody else does. */
  private static final String PLAIN = "std::bad_alloc";

  private NotEnoughMemoryException(String message, Throwable cause) {
    super(message, cause);
  }

  /** That so many bytes were asked for in vain. */
  public static NotEnoughMemoryException of(long bytes, Throwable cause) {
    return new NotEnoughMemoryException(
        "there is not enough memory: %,d more bytes were asked for".formatted(bytes), cause);
  }

  /** What libtorch threw: this exception where it is about memory, and otherwise itself. */
  public static RuntimeException inWords(RuntimeException thrown) {
    String message = Optional.ofNullable(thrown.getMessage()).orElse("");
    Matcher matcher = ALLOCATOR.matcher(message);
    if (matcher.find()) {
      return of(Long.parseLong(matcher.group(1)), thrown);
    }
    return message.contains(PLAIN)
        ? new NotEnoughMemoryException("there is not enough memory", thrown)
        : thrown;
  }
}
