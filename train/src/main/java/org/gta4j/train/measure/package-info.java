/** How fast this machine trains, measured: what a plan of a training is made from. */
@NullMarked
package org.gta4j.train.measure;

import org.jspecify.annotations.NullMarked;
