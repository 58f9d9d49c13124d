/** How a server is set up. */
@NullMarked
package org.gta4j.server.settings;

import org.jspecify.annotations.NullMarked;
