/**
 * Small programs that show the library at work, each to be read from its first line to its last.
 */
@NullMarked
package org.gta4j.examples;

import org.jspecify.annotations.NullMarked;
