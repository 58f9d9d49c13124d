/** How fast a machine is and how fast models run on it. */
@NullMarked
package org.gta4j.measure;

import org.jspecify.annotations.NullMarked;
