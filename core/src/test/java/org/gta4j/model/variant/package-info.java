/** Tests of the attention variants. */
@NullMarked
package org.gta4j.model.variant;

import org.jspecify.annotations.NullMarked;
