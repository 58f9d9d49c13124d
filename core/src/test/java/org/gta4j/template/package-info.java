/** Tests of templates. */
@NullMarked
package org.gta4j.template;

import org.jspecify.annotations.NullMarked;
