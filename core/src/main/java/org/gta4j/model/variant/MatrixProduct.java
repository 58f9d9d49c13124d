package org.gta4j.model.variant;

/**
 * A product with a matrix, or with a matrix for each head, that a token's numbers go through.
 *
 * @param name the tensor's name
 * @param inputs numbers of a token that are read
 * @param outputs numbers of a token that are written
 * @param weights numbers of the matrix or matrices: multiply-adds a token
 */
public record MatrixProduct(String name, long inputs, long outputs, long weights) {}
