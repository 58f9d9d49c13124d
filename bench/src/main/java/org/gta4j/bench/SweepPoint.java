package org.gta4j.bench;

/**
 * What one model does at one context and batch.
 *
 * @param context tokens in the cache of each sequence
 * @param batch sequences
 * @param decodeTokensPerSecond of all sequences together
 * @param floorSeconds how long a step takes at least: the longer of its bytes at the rate that
 *     memory was read at then, and its operations at the best rate of matrix products
 * @param cacheShare the cache's share of the bytes
 */
record SweepPoint(
    int context, int batch, double decodeTokensPerSecond, double floorSeconds, double cacheShare) {}
