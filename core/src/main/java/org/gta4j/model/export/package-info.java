/** Models written in other formats and types than they came in. */
@NullMarked
package org.gta4j.model.export;

import org.jspecify.annotations.NullMarked;
