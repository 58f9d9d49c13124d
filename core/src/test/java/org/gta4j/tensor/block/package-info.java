/** Tests of the blocks that numbers are rounded to. */
@NullMarked
package org.gta4j.tensor.block;

import org.jspecify.annotations.NullMarked;
