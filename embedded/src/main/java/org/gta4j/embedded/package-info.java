/** A small model that tells stories. */
@NullMarked
package org.gta4j.embedded;

import org.jspecify.annotations.NullMarked;
