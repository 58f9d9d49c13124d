/**
 * Answers of a chat: what a model is asked, what its answer is held to, and what is found in it
 * while it comes. What all doors to a model have in common.
 */
@NullMarked
package org.gta4j.answer;

import org.jspecify.annotations.NullMarked;
