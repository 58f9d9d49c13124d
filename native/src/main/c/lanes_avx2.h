/* AVX2, FMA and F16C: 8 lanes. */
#include <immintrin.h>

#define VL 8
typedef __m256 vf;
typedef __m256i vi;

INLINE vf vf_set(float x) { return _mm256_set1_ps(x); }
INLINE vf vf_load(const float *p) { return _mm256_loadu_ps(p); }
INLINE void vf_store(float *p, vf v) { _mm256_storeu_ps(p, v); }
INLINE __m256i lanes_below(int64_t n) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32((int32_t)n), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
/* The first n numbers, 0 behind them. */
INLINE vf vf_load_first(const float *p, int64_t n) { return _mm256_maskload_ps(p, lanes_below(n)); }
INLINE void vf_store_first(float *p, vf v, int64_t n) { _mm256_maskstore_ps(p, lanes_below(n), v); }
INLINE vf vf_load_f16(const uint16_t *p) { return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p)); }
INLINE vf vf_load_bf16(const uint16_t *p) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)p)), 16));
}
INLINE vf vf_load_i8(const int8_t *p) {
  return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)p)));
}
/* Rounded to nearest even. */
INLINE void vf_store_f16(uint16_t *p, vf v) { _mm_storeu_si128((__m128i *)p, _mm256_cvtps_ph(v, 0)); }
INLINE vf vf_add(vf a, vf b) { return _mm256_add_ps(a, b); }
INLINE vf vf_sub(vf a, vf b) { return _mm256_sub_ps(a, b); }
INLINE vf vf_mul(vf a, vf b) { return _mm256_mul_ps(a, b); }
INLINE vf vf_div(vf a, vf b) { return _mm256_div_ps(a, b); }
/* a * b + c */
INLINE vf vf_fma(vf a, vf b, vf c) { return _mm256_fmadd_ps(a, b, c); }
/* The second where one is no number. */
INLINE vf vf_max(vf a, vf b) { return _mm256_max_ps(a, b); }
INLINE vf vf_min(vf a, vf b) { return _mm256_min_ps(a, b); }
/* v, but 0 where x is below the limit. */
INLINE vf vf_zero_below(vf v, vf x, float limit) {
  return _mm256_andnot_ps(_mm256_cmp_ps(x, _mm256_set1_ps(limit), _CMP_LT_OQ), v);
}
/* 2 to the power of the integer in the lowest bits of a number that 1.5 * 2^23 was added to. */
INLINE vf vf_power(vf shifted) {
  return _mm256_castsi256_ps(
      _mm256_slli_epi32(_mm256_add_epi32(_mm256_castps_si256(shifted), _mm256_set1_epi32(127 - 0x4B400000)), 23));
}
/* v in lanes from <= lane < to, fill in the others. */
INLINE vf vf_range(vf v, int64_t from, int64_t to, float fill) {
  __m256i keep = _mm256_andnot_si256(lanes_below(from), lanes_below(to));
  return _mm256_blendv_ps(_mm256_set1_ps(fill), v, _mm256_castsi256_ps(keep));
}
INLINE float vf_sum(vf v) {
  __m128 four = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}
INLINE float vf_largest(vf v) {
  __m128 four = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}

INLINE vi vi_set(int32_t x) { return _mm256_set1_epi32(x); }
INLINE vi vi_load(const void *p) { return _mm256_loadu_si256((const __m256i *)p); }
INLINE vi vi_shift_right(vi v, int n) { return _mm256_srli_epi32(v, n); }
INLINE vi vi_and(vi v, int32_t mask) { return _mm256_and_si256(v, _mm256_set1_epi32(mask)); }
INLINE vf vf_from(vi v) { return _mm256_cvtepi32_ps(v); }
/* Bits of absolute values: as integers they are in the order of the numbers, infinity and NaN last. */
INLINE vi vi_magnitude(vf v) { return _mm256_and_si256(_mm256_castps_si256(v), _mm256_set1_epi32(0x7FFFFFFF)); }
INLINE vi vi_max(vi a, vi b) { return _mm256_max_epi32(a, b); }
INLINE int32_t vi_largest(vi v) {
  __m128i four = _mm_max_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  __m128i two = _mm_max_epi32(four, _mm_shuffle_epi32(four, 0x4E));
  return _mm_cvtsi128_si32(_mm_max_epi32(two, _mm_shuffle_epi32(two, 0xB1)));
}
INLINE vi vi_add(vi a, vi b) { return _mm256_add_epi32(a, b); }
INLINE int32_t vi_sum(vi v) {
  __m128i four = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  __m128i two = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4E));
  return _mm_cvtsi128_si32(_mm_add_epi32(two, _mm_shuffle_epi32(two, 0xB1)));
}
/* To the nearest integer, to even where two are as near. */
INLINE vi vi_round(vf v) { return _mm256_cvtps_epi32(v); }
INLINE void vi_store_bytes(int8_t *p, vi v) {
  __m128i words = _mm_packs_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  _mm_storel_epi64((__m128i *)p, _mm_packs_epi16(words, words));
}

/*
 * Four inputs of VL outputs, and dot products with four inputs of a row: vpmaddubsw multiplies unsigned by signed
 * bytes and adds pairs in 16 bits. With 8-bit weights it gets |w| and x with w's sign, at most 2 * 128 * 127. With
 * 4-bit ones a whole block's pairs fit, at most 8 * 2 * 15 * 127, and are widened once.
 */
typedef struct {
  __m256i magnitude;
  __m256i number;
} wq;
typedef __m256i dot4;
INLINE wq wq8(const uint8_t *p) {
  wq w;
  w.number = _mm256_xor_si256(_mm256_loadu_si256((const __m256i *)p), _mm256_set1_epi8((char)0x80));
  w.magnitude = _mm256_abs_epi8(w.number);
  return w;
}
INLINE wq wq4_low(const uint8_t *p) {
  wq w;
  w.number = _mm256_and_si256(_mm256_loadu_si256((const __m256i *)p), _mm256_set1_epi8(15));
  w.magnitude = w.number;
  return w;
}
INLINE wq wq4_high(const uint8_t *p) {
  wq w;
  w.number =
      _mm256_and_si256(_mm256_srli_epi16(_mm256_loadu_si256((const __m256i *)p), 4), _mm256_set1_epi8(15));
  w.magnitude = w.number;
  return w;
}
INLINE __m256i four(const int8_t *x) {
  int32_t value;
  memcpy(&value, x, 4);
  return _mm256_set1_epi32(value);
}
INLINE vi dot8_begin(int32_t start) {
  (void)start; /* The numbers are signed. */
  return _mm256_setzero_si256();
}
INLINE vi dot8(vi sum, wq w, const int8_t *x) {
  __m256i pairs = _mm256_maddubs_epi16(w.magnitude, _mm256_sign_epi8(four(x), w.number));
  return _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}
INLINE dot4 dot4_begin(int32_t start) {
  (void)start;
  return _mm256_setzero_si256();
}
INLINE dot4 dot4_add(dot4 sum, wq w, const int8_t *x) {
  return _mm256_add_epi16(sum, _mm256_maddubs_epi16(w.magnitude, four(x)));
}
INLINE vi dot4_end(dot4 sum, int32_t start) {
  return _mm256_add_epi32(_mm256_madd_epi16(sum, _mm256_set1_epi16(1)), _mm256_set1_epi32(start));
}

/* Largest tiles: rows of quantized inputs, rows of floats, vectors of outputs beside them. */
#define QUANTIZED_ROWS 4
#define FLOAT_ROWS 6
#define QUANTIZED_VECTORS(rows) ((rows) == 1 ? 4 : 2)
#define FLOAT_VECTORS 2
/* Attention: vectors of scores and of values beside the queries of a tile. */
#define SCORE_VECTORS 2
#define VALUE_VECTORS 2
