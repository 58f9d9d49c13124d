/** Tests of models that are written in other formats and types. */
@NullMarked
package org.gta4j.model.export;

import org.jspecify.annotations.NullMarked;
