package org.gta4j.chat.tools;

/** Reads a value up to {@code </parameter>} and writes it as JSON. */
final class XmlValue {
  private static final String END = XmlCalls.PARAMETER_END;

  private final CallSink sink;
  private final boolean isText;
  private final StringBuilder kept = new StringBuilder();
  private boolean isFirst = true;

  private XmlValue(CallSink sink, boolean isText) {
    this.sink = sink;
    this.isText = isText;
  }

  /** A text, given on while it comes. */
  static XmlValue text(CallSink sink) {
    return new XmlValue(sink, true);
  }

  /** Something else, given on when it is complete and shows what it is. */
  static XmlValue any(CallSink sink) {
    return new XmlValue(sink, false);
  }

  /** A text as JSON. */
  static String quote(String text) {
    StringBuilder quoted = new StringBuilder(text.length() + 2).append('"');
    for (int i = 0; i < text.length(); i++) {
      quoted.append(JsonScanner.escape(text.charAt(i)));
    }
    return quoted.append('"').toString();
  }

  /** The next character; done with the last one of the mark at the end. */
  Step accept(char c) {
    if (isFirst) {
      isFirst = false;
      if (isText) {
        sink.arguments("\"");
      }
      if (c == '\n') {
        return Step.MORE; // the template's, not the value's
      }
    }
    kept.append(c);
    int before = kept.length() - END.length();
    if (c == '>' && before >= 0 && kept.indexOf(END, before) == before) {
      kept.setLength(before > 0 && kept.charAt(before - 1) == '\n' ? before - 1 : before);
      sink.arguments(isText ? escaped() + "\"" : json(kept.toString()));
      return Step.DONE;
    }
    if (isText && kept.length() > END.length()) { // what may be the line break and the mark stays
      sink.arguments(JsonScanner.escape(kept.charAt(0)));
      kept.deleteCharAt(0);
    }
    return Step.MORE;
  }

  private String escaped() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < kept.length(); i++) {
      text.append(JsonScanner.escape(kept.charAt(i)));
    }
    return text.toString();
  }

  private static String json(String written) {
    String value = written.strip();
    return switch (value) {
      case "True" -> "true"; // the templates write Python's names
      case "False" -> "false";
      case "None" -> "null";
      default -> isJson(value) ? escapedControls(value) : quote(written);
    };
  }

  private static boolean isJson(String value) {
    JsonScanner scanner = new JsonScanner();
    for (int i = 0; i < value.length(); i++) {
      Step step = scanner.accept(value.charAt(i));
      if (step == Step.DONE) {
        return i == value.length() - 1;
      }
      if (step != Step.MORE) {
        return false;
      }
    }
    return scanner.isNumberComplete();
  }

  private static String escapedControls(String value) {
    StringBuilder text = new StringBuilder();
    JsonScanner scanner = new JsonScanner();
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      text.append(c < ' ' && scanner.isInText() ? JsonScanner.escape(c) : String.valueOf(c));
      scanner.accept(c);
    }
    return text.toString();
  }
}
