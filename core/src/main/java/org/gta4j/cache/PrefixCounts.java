package org.gta4j.cache;

/**
 * What came of a {@link PrefixCache} since it was made.
 *
 * @param matches how many beginnings were asked for
 * @param askedTokens how many tokens were in their texts
 * @param matchedTokens how many of those were cached
 * @param restoredBlocks blocks that came back from the store
 * @param evictedBlocks blocks of the pool that were let go of, to the store or altogether
 */
public record PrefixCounts(
    long matches, long askedTokens, long matchedTokens, long restoredBlocks, long evictedBlocks) {}
