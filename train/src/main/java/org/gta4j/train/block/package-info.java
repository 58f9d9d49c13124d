/**
 * Parameters, and the parts that models are made of: linear layers, norms, positions, attention.
 */
@NullMarked
package org.gta4j.train.block;

import org.jspecify.annotations.NullMarked;
