/**
 * The operations models are written in, the thread pool they run on, and how an implementation of
 * them is chosen.
 */
@NullMarked
package org.gta4j.ops;

import org.jspecify.annotations.NullMarked;
