/** Tokens in files that are mapped into memory. */
@NullMarked
package org.gta4j.data.shard;

import org.jspecify.annotations.NullMarked;
