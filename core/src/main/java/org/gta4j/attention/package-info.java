/** The one shape every attention variant is described by, and which keys a query may see. */
@NullMarked
package org.gta4j.attention;

import org.jspecify.annotations.NullMarked;
