/* AVX-512 F, BW, VL, DQ and VNNI: 16 lanes. */
#include <immintrin.h>

#define VL 16
typedef __m512 vf;
typedef __m512i vi;

INLINE vf vf_set(float x) { return _mm512_set1_ps(x); }
INLINE vf vf_load(const float *p) { return _mm512_loadu_ps(p); }
INLINE void vf_store(float *p, vf v) { _mm512_storeu_ps(p, v); }
INLINE __mmask16 first_lanes(int64_t n) { return (__mmask16)((1u << n) - 1); }
/* The first n numbers, 0 behind them. */
INLINE vf vf_load_first(const float *p, int64_t n) { return _mm512_maskz_loadu_ps(first_lanes(n), p); }
INLINE void vf_store_first(float *p, vf v, int64_t n) { _mm512_mask_storeu_ps(p, first_lanes(n), v); }
INLINE vf vf_load_f16(const uint16_t *p) { return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p)); }
INLINE vf vf_load_bf16(const uint16_t *p) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)p)), 16));
}
INLINE vf vf_load_i8(const int8_t *p) {
  return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)p)));
}
/* Rounded to nearest even. */
INLINE void vf_store_f16(uint16_t *p, vf v) { _mm256_storeu_si256((__m256i *)p, _mm512_cvtps_ph(v, 0)); }
INLINE vf vf_add(vf a, vf b) { return _mm512_add_ps(a, b); }
INLINE vf vf_sub(vf a, vf b) { return _mm512_sub_ps(a, b); }
INLINE vf vf_mul(vf a, vf b) { return _mm512_mul_ps(a, b); }
INLINE vf vf_div(vf a, vf b) { return _mm512_div_ps(a, b); }
/* a * b + c */
INLINE vf vf_fma(vf a, vf b, vf c) { return _mm512_fmadd_ps(a, b, c); }
/* The second where one is no number. */
INLINE vf vf_max(vf a, vf b) { return _mm512_max_ps(a, b); }
INLINE vf vf_min(vf a, vf b) { return _mm512_min_ps(a, b); }
/* v, but 0 where x is below the limit. */
INLINE vf vf_zero_below(vf v, vf x, float limit) {
  return _mm512_mask_mov_ps(v, _mm512_cmp_ps_mask(x, _mm512_set1_ps(limit), _CMP_LT_OQ), _mm512_setzero_ps());
}
/* 2 to the power of the integer in the lowest bits of a number that 1.5 * 2^23 was added to. */
INLINE vf vf_power(vf shifted) {
  return _mm512_castsi512_ps(
      _mm512_slli_epi32(_mm512_add_epi32(_mm512_castps_si512(shifted), _mm512_set1_epi32(127 - 0x4B400000)), 23));
}
/* v in lanes from <= lane < to, fill in the others. */
INLINE vf vf_range(vf v, int64_t from, int64_t to, float fill) {
  __mmask16 keep = (__mmask16)(first_lanes(to) & ~first_lanes(from));
  return _mm512_mask_mov_ps(_mm512_set1_ps(fill), keep, v);
}
INLINE float vf_sum(vf v) { return _mm512_reduce_add_ps(v); }
INLINE float vf_largest(vf v) { return _mm512_reduce_max_ps(v); }

INLINE vi vi_set(int32_t x) { return _mm512_set1_epi32(x); }
INLINE vi vi_load(const void *p) { return _mm512_loadu_si512(p); }
INLINE vi vi_shift_right(vi v, int n) { return _mm512_srli_epi32(v, (unsigned)n); }
INLINE vi vi_and(vi v, int32_t mask) { return _mm512_and_si512(v, _mm512_set1_epi32(mask)); }
INLINE vf vf_from(vi v) { return _mm512_cvtepi32_ps(v); }
/* Bits of absolute values: as integers they are in the order of the numbers, infinity and NaN last. */
INLINE vi vi_magnitude(vf v) { return _mm512_and_si512(_mm512_castps_si512(v), _mm512_set1_epi32(0x7FFFFFFF)); }
INLINE vi vi_max(vi a, vi b) { return _mm512_max_epi32(a, b); }
INLINE int32_t vi_largest(vi v) { return _mm512_reduce_max_epi32(v); }
INLINE vi vi_add(vi a, vi b) { return _mm512_add_epi32(a, b); }
INLINE int32_t vi_sum(vi v) { return _mm512_reduce_add_epi32(v); }
/* To the nearest integer, to even where two are as near. */
INLINE vi vi_round(vf v) { return _mm512_cvtps_epi32(v); }
INLINE void vi_store_bytes(int8_t *p, vi v) { _mm_storeu_si128((__m128i *)p, _mm512_cvtepi32_epi8(v)); }

/* Four inputs of VL outputs, and dot products with four of a row's: vpdpbusd, unsigned weights and signed inputs. */
typedef __m512i wq;
typedef __m512i dot4;
INLINE wq wq8(const uint8_t *p) { return _mm512_loadu_si512(p); }
INLINE wq wq4_low(const uint8_t *p) { return _mm512_and_si512(_mm512_loadu_si512(p), _mm512_set1_epi8(15)); }
INLINE wq wq4_high(const uint8_t *p) {
  return _mm512_and_si512(_mm512_srli_epi16(_mm512_loadu_si512(p), 4), _mm512_set1_epi8(15));
}
INLINE int32_t four(const int8_t *x) {
  int32_t value;
  memcpy(&value, x, 4);
  return value;
}
/* The accumulator begins at -offset * sum of inputs: the offset costs nothing. */
INLINE vi dot8_begin(int32_t start) { return _mm512_set1_epi32(start); }
INLINE vi dot8(vi sum, wq w, const int8_t *x) { return _mm512_dpbusd_epi32(sum, w, _mm512_set1_epi32(four(x))); }
INLINE dot4 dot4_begin(int32_t start) { return _mm512_set1_epi32(start); }
INLINE dot4 dot4_add(dot4 sum, wq w, const int8_t *x) { return dot8(sum, w, x); }
INLINE vi dot4_end(dot4 sum, int32_t start) {
  (void)start;
  return sum;
}

/* Largest tiles: rows of quantized inputs, rows of floats, vectors of outputs beside them. */
#define QUANTIZED_ROWS 6
#define FLOAT_ROWS 8
#define QUANTIZED_VECTORS(rows) 2
#define FLOAT_VECTORS 2
/* Attention: vectors of scores and of values beside the queries of a tile. */
#define SCORE_VECTORS 2
#define VALUE_VECTORS 4
