/**
 * Learning from a larger model: what it finds probable at each token of a text becomes the target,
 * beside the token that stands there.
 *
 * @see <a href="https://arxiv.org/abs/1503.02531">Hinton, Vinyals, Dean: Distilling the Knowledge
 *     in a Neural Network</a>
 */
@NullMarked
package org.gta4j.train.teacher;

import org.jspecify.annotations.NullMarked;
