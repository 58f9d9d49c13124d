/** A whole model: layers, loss, and the backward pass. */
@NullMarked
package org.gta4j.train.model;

import org.jspecify.annotations.NullMarked;
