package org.gta4j.bench;

/**
 * What one model does at one context and batch.
 *
 * @param context tokens in the cache of each sequence
 * @param batch sequences
 * @param decodeTokensPerSecond of all sequences together
 * @param decodeBytes bytes that a step of decoding touches
 */
record SweepPoint(int context, int batch, double decodeTokensPerSecond, long decodeBytes) {}
