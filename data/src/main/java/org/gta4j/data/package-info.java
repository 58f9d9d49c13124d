/** What models learn from. */
@NullMarked
package org.gta4j.data;

import org.jspecify.annotations.NullMarked;
