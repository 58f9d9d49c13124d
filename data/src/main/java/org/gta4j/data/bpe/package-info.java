/** Vocabularies of byte-pair encoding, made from texts. */
@NullMarked
package org.gta4j.data.bpe;

import org.jspecify.annotations.NullMarked;
