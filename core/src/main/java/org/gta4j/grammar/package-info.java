/**
 * Decoding held to a grammar: grammars as values, JSON and JSON schemas as grammars, and what they
 * leave of a vocabulary after each token. Works on bytes, so that a token may span several parts of
 * a grammar, or a part of a character.
 */
@NullMarked
package org.gta4j.grammar;

import org.jspecify.annotations.NullMarked;
