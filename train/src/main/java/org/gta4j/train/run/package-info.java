/** A training: its plan, its steps, its checkpoints, and what it writes about itself. */
@NullMarked
package org.gta4j.train.run;

import org.jspecify.annotations.NullMarked;
