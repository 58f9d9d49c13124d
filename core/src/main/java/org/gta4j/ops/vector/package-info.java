/**
 * The operations with the Vector API. Only the package-private classes here import {@code
 * jdk.incubator.vector}, which is absent unless the JVM was started with {@code --add-modules
 * jdk.incubator.vector}.
 */
@NullMarked
package org.gta4j.ops.vector;

import org.jspecify.annotations.NullMarked;
