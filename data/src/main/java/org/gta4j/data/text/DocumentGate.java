package org.gta4j.data.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Lets documents pass that are worth learning from. A document that comes in pieces is held until
 * its end, since it passes whole or not at all. Not thread-safe.
 */
public final class DocumentGate implements Consumer<Piece> {
  private final DocumentFilter filter;
  private final Predicate<Document> duplicate;
  private final Consumer<Document> passed;
  private final CleaningCounts counts;
  private List<Piece> pieces = new ArrayList<>();
  private long number;

  /**
   * A gate.
   *
   * @param filter which documents are too bad
   * @param duplicate whether a document that is good enough was there before; asked once for each,
   *     in order
   * @param passed gets those that are left
   * @param removed counts the others
   */
  public DocumentGate(
      DocumentFilter filter,
      Predicate<Document> duplicate,
      Consumer<Document> passed,
      CleaningCounts removed) {
    this.filter = filter;
    this.duplicate = duplicate;
    this.passed = passed;
    counts = removed;
  }

  @Override
  public void accept(Piece piece) {
    pieces.add(piece);
    if (piece.ends()) {
      Document document = new Document(number++, pieces);
      pieces = new ArrayList<>();
      Optional<Removal> why = filter.removal(document.text());
      if (why.isEmpty() && duplicate.test(document)) {
        why = Optional.of(Removal.DUPLICATE);
      }
      why.ifPresentOrElse(reason -> counts.add(reason, 1), () -> passed.accept(document));
    }
  }
}
