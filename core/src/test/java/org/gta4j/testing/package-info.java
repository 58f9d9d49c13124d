/** What several tests need: the golden fixtures, and runs of the engine in different batches. */
@NullMarked
package org.gta4j.testing;

import org.jspecify.annotations.NullMarked;
