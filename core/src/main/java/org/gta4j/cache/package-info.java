/**
 * The paged cache of keys and values: blocks of tokens, shared between sequences that begin alike.
 */
@NullMarked
package org.gta4j.cache;

import org.jspecify.annotations.NullMarked;
