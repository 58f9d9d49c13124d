/** A server under many clients: whether their answers are right, and how fast they come. */
@NullMarked
package org.gta4j.bench.serve;

import org.jspecify.annotations.NullMarked;
