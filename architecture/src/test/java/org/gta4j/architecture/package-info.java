/** The arrows between modules and packages, as docs/design.md draws them. */
@NullMarked
package org.gta4j.architecture;

import org.jspecify.annotations.NullMarked;
