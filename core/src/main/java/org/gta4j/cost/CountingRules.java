package org.gta4j.cost;

/**
 * How a step's work is counted.
 *
 * @param bytes what numbers take
 * @param traffic what attention sends through memory
 * @param expandsLatents whether a prompt's keys and values are computed from latents, as MLA is
 *     trained, where that is less work than attention to the latents themselves
 */
public record CountingRules(NumberBytes bytes, AttentionTraffic traffic, boolean expandsLatents) {}
