/** Tasks of EleutherAI's language model evaluation harness, and how models do in them. */
@NullMarked
package org.gta4j.eval;

import org.jspecify.annotations.NullMarked;
