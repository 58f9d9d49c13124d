/** A server that speaks OpenAI's API. */
@NullMarked
package org.gta4j.server;

import org.jspecify.annotations.NullMarked;
