/** What plots look like, in one place; knows nothing of what they show. */
@NullMarked
package org.gta4j.plot;

import org.jspecify.annotations.NullMarked;
