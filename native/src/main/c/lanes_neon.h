/* NEON of ARMv8.2 with dot products: 4 lanes. */
#include <arm_neon.h>

#define VL 4
typedef float32x4_t vf;
typedef int32x4_t vi;

INLINE vf vf_set(float x) { return vdupq_n_f32(x); }
INLINE vf vf_load(const float *p) { return vld1q_f32(p); }
INLINE void vf_store(float *p, vf v) { vst1q_f32(p, v); }
/* The first n numbers, 0 behind them. */
INLINE vf vf_load_first(const float *p, int64_t n) {
  float lanes[VL] = {0};
  memcpy(lanes, p, (size_t)n * 4);
  return vld1q_f32(lanes);
}
INLINE void vf_store_first(float *p, vf v, int64_t n) {
  float lanes[VL];
  vst1q_f32(lanes, v);
  memcpy(p, lanes, (size_t)n * 4);
}
INLINE vf vf_load_f16(const uint16_t *p) { return vcvt_f32_f16(vreinterpret_f16_u16(vld1_u16(p))); }
INLINE vf vf_load_bf16(const uint16_t *p) { return vreinterpretq_f32_u32(vshll_n_u16(vld1_u16(p), 16)); }
INLINE vf vf_load_i8(const int8_t *p) {
  int32_t bytes;
  memcpy(&bytes, p, 4);
  return vcvtq_f32_s32(vmovl_s16(vget_low_s16(vmovl_s8(vreinterpret_s8_s32(vdup_n_s32(bytes))))));
}
/* Rounded to nearest even. */
INLINE void vf_store_f16(uint16_t *p, vf v) { vst1_u16(p, vreinterpret_u16_f16(vcvt_f16_f32(v))); }
INLINE vf vf_add(vf a, vf b) { return vaddq_f32(a, b); }
INLINE vf vf_sub(vf a, vf b) { return vsubq_f32(a, b); }
INLINE vf vf_mul(vf a, vf b) { return vmulq_f32(a, b); }
INLINE vf vf_div(vf a, vf b) { return vdivq_f32(a, b); }
/* a * b + c */
INLINE vf vf_fma(vf a, vf b, vf c) { return vfmaq_f32(c, a, b); }
INLINE vf vf_max(vf a, vf b) { return vmaxq_f32(a, b); }
INLINE vf vf_min(vf a, vf b) { return vminq_f32(a, b); }
/* v, but 0 where x is below the limit. */
INLINE vf vf_zero_below(vf v, vf x, float limit) {
  return vreinterpretq_f32_u32(vbicq_u32(vreinterpretq_u32_f32(v), vcltq_f32(x, vdupq_n_f32(limit))));
}
/* 2 to the power of the integer in the lowest bits of a number that 1.5 * 2^23 was added to. */
INLINE vf vf_power(vf shifted) {
  return vreinterpretq_f32_s32(
      vshlq_n_s32(vaddq_s32(vreinterpretq_s32_f32(shifted), vdupq_n_s32(127 - 0x4B400000)), 23));
}
INLINE uint32x4_t lanes_below(int64_t n) {
  static const int32_t numbers[VL] = {0, 1, 2, 3};
  return vcltq_s32(vld1q_s32(numbers), vdupq_n_s32((int32_t)n));
}
/* v in lanes from <= lane < to, fill in the others. */
INLINE vf vf_range(vf v, int64_t from, int64_t to, float fill) {
  return vbslq_f32(vbicq_u32(lanes_below(to), lanes_below(from)), v, vdupq_n_f32(fill));
}
INLINE float vf_sum(vf v) { return vaddvq_f32(v); }
INLINE float vf_largest(vf v) { return vmaxvq_f32(v); }

INLINE vi vi_set(int32_t x) { return vdupq_n_s32(x); }
INLINE vi vi_load(const void *p) { return vreinterpretq_s32_u8(vld1q_u8((const uint8_t *)p)); }
INLINE vi vi_shift_right(vi v, int n) {
  return vreinterpretq_s32_u32(vshlq_u32(vreinterpretq_u32_s32(v), vdupq_n_s32(-n)));
}
INLINE vi vi_and(vi v, int32_t mask) { return vandq_s32(v, vdupq_n_s32(mask)); }
INLINE vf vf_from(vi v) { return vcvtq_f32_s32(v); }
/* Bits of absolute values: as integers they are in the order of the numbers, infinity and NaN last. */
INLINE vi vi_magnitude(vf v) { return vandq_s32(vreinterpretq_s32_f32(v), vdupq_n_s32(0x7FFFFFFF)); }
INLINE vi vi_max(vi a, vi b) { return vmaxq_s32(a, b); }
INLINE int32_t vi_largest(vi v) { return vmaxvq_s32(v); }
INLINE vi vi_add(vi a, vi b) { return vaddq_s32(a, b); }
INLINE int32_t vi_sum(vi v) { return vaddvq_s32(v); }
/* To the nearest integer, to even where two are as near. */
INLINE vi vi_round(vf v) { return vcvtnq_s32_f32(v); }
INLINE void vi_store_bytes(int8_t *p, vi v) {
  int32_t lanes[VL];
  vst1q_s32(lanes, v);
  for (int i = 0; i < VL; i++) p[i] = (int8_t)lanes[i];
}

/* Four inputs of VL outputs, and dot products with four inputs of a row: sdot, both signed. */
typedef int8x16_t wq;
typedef int32x4_t dot4;
INLINE wq wq8(const uint8_t *p) { return vreinterpretq_s8_u8(veorq_u8(vld1q_u8(p), vdupq_n_u8(0x80))); }
INLINE wq wq4_low(const uint8_t *p) { return vreinterpretq_s8_u8(vandq_u8(vld1q_u8(p), vdupq_n_u8(15))); }
INLINE wq wq4_high(const uint8_t *p) { return vreinterpretq_s8_u8(vshrq_n_u8(vld1q_u8(p), 4)); }
INLINE int8x16_t four(const int8_t *x) {
  int32_t value;
  memcpy(&value, x, 4);
  return vreinterpretq_s8_s32(vdupq_n_s32(value));
}
INLINE vi dot8_begin(int32_t start) {
  (void)start; /* The numbers are signed. */
  return vdupq_n_s32(0);
}
INLINE vi dot8(vi sum, wq w, const int8_t *x) { return vdotq_s32(sum, w, four(x)); }
INLINE dot4 dot4_begin(int32_t start) { return vdupq_n_s32(start); }
INLINE dot4 dot4_add(dot4 sum, wq w, const int8_t *x) { return vdotq_s32(sum, w, four(x)); }
INLINE vi dot4_end(dot4 sum, int32_t start) {
  (void)start;
  return sum;
}

/* Largest tiles: rows of quantized inputs, rows of floats, vectors of outputs beside them. */
#define QUANTIZED_ROWS 3
#define FLOAT_ROWS 6
#define QUANTIZED_VECTORS(rows) 4
#define FLOAT_VECTORS 4
/* Attention: vectors of scores and of values beside the queries of a tile. */
#define SCORE_VECTORS 4
#define VALUE_VECTORS 4
