/**
 * Damaged and hostile models: whatever a file says, it is loaded and run, or refused in one
 * sentence, within bounds of time and memory.
 */
@NullMarked
package org.gta4j.robustness;

import org.jspecify.annotations.NullMarked;
