/** Documents in files of the kinds that texts are published in. */
@NullMarked
package org.gta4j.data.text;

import org.jspecify.annotations.NullMarked;
