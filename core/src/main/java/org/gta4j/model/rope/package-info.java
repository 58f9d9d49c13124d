/** Rotary position embedding and the ways it is stretched beyond the trained context. */
@NullMarked
package org.gta4j.model.rope;

import org.jspecify.annotations.NullMarked;
