package org.gta4j.generate;

import org.gta4j.cache.StoreTraffic;

/**
 * What an engine does, and has done since it began.
 *
 * @param running texts that are computed now
 * @param waiting texts that wait
 * @param usedBlocks blocks of the cache that are held, by texts or for texts to come
 * @param reclaimableBlocks those of them that nobody needs now
 * @param mostBlocks how many blocks there may be
 * @param blockBytes how large a block is
 * @param steps how many steps were computed
 * @param promptTokens tokens of prompts that were computed
 * @param reusedTokens tokens of prompts that had been computed before
 * @param answerTokens tokens of answers, but for the first of each
 * @param preemptions how often a text gave its place to others, to be read again
 * @param storedBlocks blocks that are kept on a disk
 * @param traffic what went to the disk and came back
 */
public record EngineStats(
    int running,
    int waiting,
    int usedBlocks,
    int reclaimableBlocks,
    int mostBlocks,
    long blockBytes,
    long steps,
    long promptTokens,
    long reusedTokens,
    long answerTokens,
    long preemptions,
    int storedBlocks,
    StoreTraffic traffic) {}
