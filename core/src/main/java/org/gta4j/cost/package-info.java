/** What models cost: bytes and operations, counted from their sizes. */
@NullMarked
package org.gta4j.cost;

import org.jspecify.annotations.NullMarked;
