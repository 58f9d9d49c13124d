/*
 * Vectors of f32 and i32 under the same names at every level, and the exponential. A kernel that is written with them
 * is compiled once per level.
 *
 * VL: lanes of a vector. All sums across lanes have one fixed order.
 */
#ifndef LANES_H
#define LANES_H

#include <math.h>

#include "gta4j.h"

#if defined(__AVX512F__)
#include "lanes_avx512.h"
#elif defined(__AVX2__)
#include "lanes_avx2.h"
#elif defined(__ARM_NEON)
#include "lanes_neon.h"
#else
#error "no lanes for this level"
#endif

/* VL numbers of a type as f32. */
INLINE vf vf_load_as(int type, const void *at, int64_t index) {
  return type == FORMAT_F32   ? vf_load((const float *)at + index)
         : type == FORMAT_F16 ? vf_load_f16((const uint16_t *)at + index)
                              : vf_load_bf16((const uint16_t *)at + index);
}

/* Scales or minima of VL outputs of a panel, from the index-th on. */
INLINE vf scale_at(int format, const uint8_t *at, int64_t index) {
  return format_is_wide(format) ? vf_load((const float *)at + index) : vf_load_f16((const uint16_t *)at + index);
}

/* VL numbers of a row, or the n that are left of it. */
INLINE vf load_some(const float *p, int64_t n) { return n >= VL ? vf_load(p) : vf_load_first(p, n); }
INLINE void store_some(float *p, vf v, int64_t n) {
  if (n >= VL) {
    vf_store(p, v);
  } else if (n > 0) {
    vf_store_first(p, v, n);
  }
}

#define GREATEST_EXPONENT 88.37f

/* e to the power of every lane, to about two units in the last place; 0 below -87.33, finite above 88.37. */
INLINE vf vf_exp(vf x) {
  const vf round = vf_set(12582912.0f); /* 1.5 * 2^23: adding it leaves the integer in the lowest bits */
  vf clamped = vf_max(vf_set(-87.33f), vf_min(vf_set(GREATEST_EXPONENT), x));
  vf shifted = vf_fma(clamped, vf_set(1.44269504f), round);
  vf n = vf_sub(shifted, round);
  vf r = vf_fma(n, vf_set(-0.693359375f), clamped);
  r = vf_fma(n, vf_set(2.12194440e-4f), r);
  vf p = vf_set(1.9875691500e-4f);
  p = vf_fma(p, r, vf_set(1.3981999507e-3f));
  p = vf_fma(p, r, vf_set(8.3334519073e-3f));
  p = vf_fma(p, r, vf_set(4.1665795894e-2f));
  p = vf_fma(p, r, vf_set(1.6666665459e-1f));
  p = vf_fma(p, r, vf_set(5.0000001201e-1f));
  p = vf_add(vf_fma(p, vf_mul(r, r), r), vf_set(1.0f));
  return vf_zero_below(vf_mul(p, vf_power(shifted)), x, -87.33f);
}

/* 1 / (1 + e^-x) of every lane; 0 where e^-x is beyond what vf_exp can give. */
INLINE vf vf_sigmoid(vf x) {
  vf open = vf_div(vf_set(1.0f), vf_add(vf_exp(vf_sub(vf_set(0.0f), x)), vf_set(1.0f)));
  return vf_zero_below(open, x, -GREATEST_EXPONENT);
}

/* e^x of one number, by the same polynomial. */
INLINE float exp_of(float x) {
  float lanes[VL];
  vf_store(lanes, vf_exp(vf_set(x)));
  return lanes[0];
}

INLINE int64_t smaller(int64_t a, int64_t b) { return a < b ? a : b; }
INLINE int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }
INLINE int64_t rounded_up(int64_t n, int64_t step) { return (n + step - 1) / step * step; }

#endif
