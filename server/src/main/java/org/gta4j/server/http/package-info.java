/** What stands between a socket and the API: routes, keys, origins, streams of events, metrics. */
@NullMarked
package org.gta4j.server.http;

import org.jspecify.annotations.NullMarked;
