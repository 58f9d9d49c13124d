/** OpenAI's requests and answers: what they say, checked, and how they are written. */
@NullMarked
package org.gta4j.server.api;

import org.jspecify.annotations.NullMarked;
