package org.gta4j.eval;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.gta4j.checkpoint.Json;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Whole documents, of records that are a line each. */
final class Documents {
  /** The field of a line. */
  static final String LINE = "text";

  /** The field of a document. */
  static final String DOCUMENT = "page";

  private Documents() {}

  /**
   * Joins lines, each without its end. Records that are documents already stay as they are; what
   * has nothing but white space is none.
   *
   * @param start what a document's first line matches
   * @throws EvalException if a record is neither a line nor a document
   */
  static List<ObjectNode> of(List<ObjectNode> records, Pattern start) {
    List<ObjectNode> documents = new ArrayList<>();
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < records.size(); i++) {
      ObjectNode entry = records.get(i);
      if (entry.has(DOCUMENT)) {
        documents.add(entry);
        continue;
      }
      JsonNode text = entry.path(LINE);
      if (!text.isString()) {
        throw new EvalException(
            "record %d: expected a text in \"%s\" (a document) or \"%s\" (a line), found fields %s"
                .formatted(i, DOCUMENT, LINE, entry.propertyNames()));
      }
      String line = text.stringValue().replaceFirst("\n$", "");
      if (start.matcher(line).matches()) {
        end(lines, documents);
      }
      lines.add(line);
    }
    end(lines, documents);
    return documents;
  }

  private static void end(List<String> lines, List<ObjectNode> documents) {
    String document = String.join("\n", lines);
    if (!document.isBlank()) {
      documents.add(Json.object().put(DOCUMENT, document));
    }
    lines.clear();
  }
}
