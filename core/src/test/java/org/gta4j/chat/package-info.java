/** Tests of conversations. */
@NullMarked
package org.gta4j.chat;

import org.jspecify.annotations.NullMarked;
