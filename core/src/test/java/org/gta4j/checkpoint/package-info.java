/** Models on disk: what is written is read again, whole, by us and by whoever knows the format. */
@NullMarked
package org.gta4j.checkpoint;

import org.jspecify.annotations.NullMarked;
