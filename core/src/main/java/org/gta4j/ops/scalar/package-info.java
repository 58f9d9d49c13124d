/** The specification of every operation: plain loops, sums in double. */
@NullMarked
package org.gta4j.ops.scalar;

import org.jspecify.annotations.NullMarked;
