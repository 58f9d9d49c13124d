/** The verbs that make models. */
@NullMarked
package org.gta4j.cli.training;

import org.jspecify.annotations.NullMarked;
