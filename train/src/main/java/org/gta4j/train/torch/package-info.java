/**
 * What this module needs of libtorch: native memory freed by scope, tensors from and to memory,
 * element types, threads and seeds.
 */
@NullMarked
package org.gta4j.train.torch;

import org.jspecify.annotations.NullMarked;
