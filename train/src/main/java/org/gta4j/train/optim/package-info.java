/** From gradients to new parameters. */
@NullMarked
package org.gta4j.train.optim;

import org.jspecify.annotations.NullMarked;
