/**
 * The attention variants: each is one file that says which projections come before the shared
 * attention and what comes after it, and one line in {@link
 * org.gta4j.model.variant.AttentionVariants}.
 */
@NullMarked
package org.gta4j.model.variant;

import org.jspecify.annotations.NullMarked;
