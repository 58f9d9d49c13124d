/** Verbs about texts that several applications have, each with a way of its own to do them. */
@NullMarked
package org.gta4j.cli.data;

import org.jspecify.annotations.NullMarked;
