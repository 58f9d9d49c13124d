/*
 * The inner loops of attention: a tile of queries, a block of the cache. Numbers are widened to f32 in registers;
 * scales of cached rows belong to tokens, so scores are multiplied with them after their terms are added, and weights
 * before they come here.
 */
#ifndef ATTENTION_TILES_H
#define ATTENTION_TILES_H

#include "lanes.h"

/* Queries a tile has at most. */
#define TILE_QUERIES 6

/* VL cached numbers as f32, exactly. */
INLINE vf vf_load_cached(int type, const void *at, int64_t index) {
  return type == CACHE_F32    ? vf_load((const float *)at + index)
         : type == CACHE_F16  ? vf_load_f16((const uint16_t *)at + index)
         : type == CACHE_BF16 ? vf_load_bf16((const uint16_t *)at + index)
                              : vf_load_i8((const int8_t *)at + index);
}

/* Asks for the lines that begin among `bytes` bytes. */
INLINE void ask_for(const uint8_t *at, int64_t bytes) {
  for (int64_t line = 0; line < bytes; line += 64) __builtin_prefetch(at + line, 0, 2);
}

/*
 * Scores of `queries` queries and a block's tokens, over `dimensions` of the keys. Blocks lie anywhere, so that the
 * processor cannot guess where the next one is: its keys are asked for while these are computed on.
 *
 * next: the keys of a later block, or NULL, and the bytes of its rows; scales: of the tokens, NULL where the type has
 * none; add: whether these dimensions come after others
 */
INLINE void scores_of(int type, int queries, const void *keys, const uint8_t *next, int64_t next_row,
                      const float *packed, int64_t dimensions, float scale, const float *scales, int add,
                      float *scores) {
  /* As many tokens at a time as sums fit into registers. */
  for (int64_t first = 0; first < TOKENS; first += SCORE_VECTORS * VL) {
    vf sums[TILE_QUERIES][SCORE_VECTORS];
#pragma GCC unroll 8
    for (int q = 0; q < queries; q++) {
#pragma GCC unroll 8
      for (int v = 0; v < SCORE_VECTORS; v++) sums[q][v] = vf_set(0.0f);
    }
    for (int64_t d = 0; d < dimensions; d++) {
      if (next && first == 0 && (next_row >= 64 || d % 2 == 0)) ask_for(next + d * next_row, next_row);
      vf k[SCORE_VECTORS];
#pragma GCC unroll 8
      for (int v = 0; v < SCORE_VECTORS; v++) k[v] = vf_load_cached(type, keys, d * TOKENS + first + v * VL);
#pragma GCC unroll 8
      for (int q = 0; q < queries; q++) {
        vf number = vf_set(packed[d * queries + q]);
#pragma GCC unroll 8
        for (int v = 0; v < SCORE_VECTORS; v++) sums[q][v] = vf_fma(number, k[v], sums[q][v]);
      }
    }
    vf factors[SCORE_VECTORS];
#pragma GCC unroll 8
    for (int v = 0; v < SCORE_VECTORS; v++) {
      factors[v] = scales ? vf_mul(vf_load(scales + first + v * VL), vf_set(scale)) : vf_set(scale);
    }
#pragma GCC unroll 8
    for (int q = 0; q < queries; q++) {
#pragma GCC unroll 8
      for (int v = 0; v < SCORE_VECTORS; v++) {
        float *out = scores + q * SPAN + first + v * VL;
        vf_store(out, add ? vf_fma(sums[q][v], factors[v], vf_load(out)) : vf_mul(sums[q][v], factors[v]));
      }
    }
  }
}

/*
 * Adds the weighted values of tokens [0, tokens) to `vectors` vectors of `queries` queries, and asks for those of the
 * next block, where that is given.
 */
INLINE void values_of(int type, int queries, int vectors, const void *values, const uint8_t *next, int64_t value_row,
                      const float *weights, int64_t tokens, float *out, int64_t width) {
  vf sums[TILE_QUERIES][VALUE_VECTORS];
#pragma GCC unroll 8
  for (int q = 0; q < queries; q++) {
#pragma GCC unroll 8
    for (int v = 0; v < vectors; v++) sums[q][v] = vf_load(out + q * width + v * VL);
  }
  const int64_t bytes = cache_bytes(type);
  for (int64_t t = 0; t < tokens; t++) {
    if (next) ask_for(next + t * value_row * bytes, vectors * VL * bytes);
    vf value[VALUE_VECTORS];
#pragma GCC unroll 8
    for (int v = 0; v < vectors; v++) value[v] = vf_load_cached(type, values, t * value_row + v * VL);
#pragma GCC unroll 8
    for (int q = 0; q < queries; q++) {
      vf weight = vf_set(weights[q * SPAN + t]);
#pragma GCC unroll 8
      for (int v = 0; v < vectors; v++) sums[q][v] = vf_fma(weight, value[v], sums[q][v]);
    }
  }
#pragma GCC unroll 8
  for (int q = 0; q < queries; q++) {
#pragma GCC unroll 8
    for (int v = 0; v < vectors; v++) vf_store(out + q * width + v * VL, sums[q][v]);
  }
}

typedef void scores_function(const void *keys, const uint8_t *next, int64_t next_row, const float *packed,
                             int64_t dimensions, float scale, const float *scales, int add, float *scores);
typedef void values_function(const void *values, const uint8_t *next, int64_t value_row, const float *weights,
                             int64_t tokens, float *out, int64_t width);

#define TILE_OF(type, n)                                                                                            \
  static void scores_##type##_##n(const void *keys, const uint8_t *next, int64_t next_row, const float *packed,    \
                                  int64_t dimensions, float scale, const float *scales, int add, float *scores) {   \
    scores_of(type, n, keys, next, next_row, packed, dimensions, scale, scales, add, scores);                       \
  }                                                                                                                 \
  static void values_##type##_##n(const void *values, const uint8_t *next, int64_t value_row, const float *weights, \
                                  int64_t tokens, float *out, int64_t width) {                                      \
    values_of(type, n, VALUE_VECTORS, values, next, value_row, weights, tokens, out, width);                        \
  }                                                                                                                 \
  static void value_##type##_##n(const void *values, const uint8_t *next, int64_t value_row, const float *weights,  \
                                 int64_t tokens, float *out, int64_t width) {                                       \
    values_of(type, n, 1, values, next, value_row, weights, tokens, out, width);                                    \
  }
#define EACH_QUERIES(of, type) of(type, 1) of(type, 2) of(type, 3) of(type, 4) of(type, 5) of(type, 6)
#define SCORES_NAME(type, n) scores_##type##_##n,
#define VALUES_NAME(type, n) values_##type##_##n,
#define VALUE_NAME(type, n) value_##type##_##n,

EACH_QUERIES(TILE_OF, CACHE_F32)
EACH_QUERIES(TILE_OF, CACHE_F16)
EACH_QUERIES(TILE_OF, CACHE_BF16)
EACH_QUERIES(TILE_OF, CACHE_Q8)

#define EACH_TYPE(name)                                                                                   \
  {                                                                                                       \
    {EACH_QUERIES(name, CACHE_F32)}, {EACH_QUERIES(name, CACHE_F16)}, {EACH_QUERIES(name, CACHE_BF16)},   \
        {EACH_QUERIES(name, CACHE_Q8)},                                                                   \
  }
static scores_function *const SCORES[CACHE_TYPES][TILE_QUERIES] = EACH_TYPE(SCORES_NAME);
static values_function *const VALUES[CACHE_TYPES][TILE_QUERIES] = EACH_TYPE(VALUES_NAME);
static values_function *const ONE_VALUE[CACHE_TYPES][TILE_QUERIES] = EACH_TYPE(VALUE_NAME);

/* Cached numbers as f32. */
INLINE void widen_numbers(int type, const uint8_t *from, int64_t count, float *to) {
  int64_t i = 0;
  for (; i + VL <= count; i += VL) vf_store(to + i, vf_load_cached(type, from, i));
  if (i < count) {
    /* A number at a time, from a copy: a vector would reach behind the block. */
    uint8_t some[VL * 4] = {0};
    float wide[VL];
    int64_t bytes = cache_bytes(type);
    memcpy(some, from + i * bytes, (size_t)((count - i) * bytes));
    vf_store(wide, vf_load_cached(type, some, 0));
    memcpy(to + i, wide, (size_t)(count - i) * 4);
  }
}

static void widen(int64_t type, const uint8_t *from, int64_t count, float *to) {
  if (type == CACHE_F32) {
    widen_numbers(CACHE_F32, from, count, to);
  } else if (type == CACHE_F16) {
    widen_numbers(CACHE_F16, from, count, to);
  } else if (type == CACHE_BF16) {
    widen_numbers(CACHE_BF16, from, count, to);
  } else {
    widen_numbers(CACHE_Q8, from, count, to);
  }
}

#endif
