/** A model of 260 thousand parameters that tells stories, and its tokenizer. */
@NullMarked
package org.gta4j.embedded;

import org.jspecify.annotations.NullMarked;
