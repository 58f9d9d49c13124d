/** The attention variants, each in a short file: from the hidden state to the output projection. */
@NullMarked
package org.gta4j.train.variant;

import org.jspecify.annotations.NullMarked;
