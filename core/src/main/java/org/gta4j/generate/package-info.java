/**
 * Generating text: sampling, scheduling of many sequences in one ragged step, and the API most
 * callers need.
 */
@NullMarked
package org.gta4j.generate;

import org.jspecify.annotations.NullMarked;
