package org.gta4j.data.text;

import java.io.Serializable;

/**
 * A document, or a part of a very long one.
 *
 * @param text not empty
 * @param begins whether the document begins here
 * @param ends whether it ends here
 */
public record Piece(String text, boolean begins, boolean ends) implements Serializable {}
