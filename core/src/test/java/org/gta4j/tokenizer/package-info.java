/** Tokenizers against slow ones. */
@NullMarked
package org.gta4j.tokenizer;

import org.jspecify.annotations.NullMarked;
