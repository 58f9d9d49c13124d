/** Keys and values in files: blocks that memory has no room for, and sequences that are saved. */
@NullMarked
package org.gta4j.cache.disk;

import org.jspecify.annotations.NullMarked;
