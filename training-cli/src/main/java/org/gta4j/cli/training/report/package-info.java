/** What a training shows of itself: metrics, event files, curves, samples. */
@NullMarked
package org.gta4j.cli.training.report;

import org.jspecify.annotations.NullMarked;
