/**
 * How numbers lie in the blocks of GGUF's quantized types, number by number: the specification that
 * faster readers are held to.
 */
@NullMarked
package org.gta4j.tensor.block;

import org.jspecify.annotations.NullMarked;
