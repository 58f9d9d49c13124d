/** Benchmarks of the operations: each implementation beside the one before it. */
@NullMarked
package org.gta4j.bench;

import org.jspecify.annotations.NullMarked;
