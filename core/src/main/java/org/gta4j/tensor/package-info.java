/**
 * Typed views of memory: element types, shapes, tensors and the f32 matrices activations live in.
 */
@NullMarked
package org.gta4j.tensor;

import org.jspecify.annotations.NullMarked;
