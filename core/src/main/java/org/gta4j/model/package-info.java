/**
 * Models as they are written in operations: the decoder, its configuration, rotary position
 * embedding.
 */
@NullMarked
package org.gta4j.model;

import org.jspecify.annotations.NullMarked;
