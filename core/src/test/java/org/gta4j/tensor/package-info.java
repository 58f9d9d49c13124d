/** Conversions between number formats against slow ones. */
@NullMarked
package org.gta4j.tensor;

import org.jspecify.annotations.NullMarked;
