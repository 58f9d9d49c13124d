/** One training in several processes: what each computes, and how they stay the same. */
@NullMarked
package org.gta4j.train.workers;

import org.jspecify.annotations.NullMarked;
