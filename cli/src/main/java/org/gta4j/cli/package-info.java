/**
 * The command line: one picocli class per verb. Verbs take what users typed, call the library and
 * print; {@link org.gta4j.cli.Main} turns whatever goes wrong into one sentence and an exit code.
 */
@NullMarked
package org.gta4j.cli;

import org.jspecify.annotations.NullMarked;
