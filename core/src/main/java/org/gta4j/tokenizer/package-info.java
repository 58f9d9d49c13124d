/** From text to token ids and back. */
@NullMarked
package org.gta4j.tokenizer;

import org.jspecify.annotations.NullMarked;
