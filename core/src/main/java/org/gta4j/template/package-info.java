/**
 * Jinja templates as chat models bring them: the language of Python's jinja2, with its results, in
 * bounded time and memory, and with no way from a template to Java.
 */
@NullMarked
package org.gta4j.template;

import org.jspecify.annotations.NullMarked;
