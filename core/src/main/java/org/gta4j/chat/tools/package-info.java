/**
 * Functions that a model may call: how chat templates are told of them, how each family of models
 * writes a call, and how an answer is taken apart while it comes.
 */
@NullMarked
package org.gta4j.chat.tools;

import org.jspecify.annotations.NullMarked;
