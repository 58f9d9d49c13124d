package org.gta4j.cli.data;

import org.gta4j.data.shard.ShardIndex;
import org.gta4j.data.text.CleaningCounts;

/**
 * What became of a {@link Preparation}.
 *
 * @param index what the folder holds
 * @param removed what is not in it
 */
public record Prepared(ShardIndex index, CleaningCounts removed) {}
