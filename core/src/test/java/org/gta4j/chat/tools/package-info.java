@NullMarked
package org.gta4j.chat.tools;

import org.jspecify.annotations.NullMarked;
