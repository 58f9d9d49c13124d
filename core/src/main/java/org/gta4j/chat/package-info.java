/** Conversations: messages, and the templates by which a model reads them. */
@NullMarked
package org.gta4j.chat;

import org.jspecify.annotations.NullMarked;
