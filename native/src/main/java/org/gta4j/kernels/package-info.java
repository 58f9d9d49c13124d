/**
 * The operations of a model in C: weights packed for the processor's instructions, one kernel for
 * every attention. Only {@link org.gta4j.kernels.Kernels} calls native code.
 */
@NullMarked
package org.gta4j.kernels;

import org.jspecify.annotations.NullMarked;
