/** What is trained on: sequences in a fixed order. */
@NullMarked
package org.gta4j.train.batch;

import org.jspecify.annotations.NullMarked;
