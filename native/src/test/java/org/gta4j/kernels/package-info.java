/** What only the kernels in C have to keep: quantized inputs, checked pointers, freed memory. */
@NullMarked
package org.gta4j.kernels;

import org.jspecify.annotations.NullMarked;
