/*
 * Keys and values into blocks of the cache: keys transposed, [key_dim][TOKENS], values [TOKENS][value_dim]. Items are
 * runs of rows of one sequence.
 */
#include "lanes.h"

/* The nearest bf16; NaN stays NaN. */
INLINE uint16_t to_bf16(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  if (value != value) return (uint16_t)(bits >> 16 | 0x40);
  return (uint16_t)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

/* Up to VL numbers as 16 bits. */
INLINE void narrow(int type, const float *x, int64_t n, uint16_t *out) {
  if (type == CACHE_F16) {
    vf_store_f16(out, n >= VL ? vf_load(x) : vf_load_first(x, n));
  } else {
    for (int64_t i = 0; i < smaller(n, VL); i++) out[i] = to_bf16(x[i]);
  }
}

/* A head's numbers, `step` numbers apart from `at` on. */
INLINE void put(int type, const float *x, int64_t count, uint8_t *at, int64_t step) {
  if (type == CACHE_F32) {
    for (int64_t i = 0; i < count; i++) memcpy(at + i * step * 4, x + i, 4);
    return;
  }
  uint16_t some[VL];
  for (int64_t i = 0; i < count; i += VL) {
    int64_t n = smaller(count - i, VL);
    narrow(type, x + i, n, some);
    for (int64_t j = 0; j < n; j++) memcpy(at + (i + j) * step * 2, some + j, 2);
  }
}

/* Up to VL numbers, zeros behind them. */
INLINE vf some_of(const float *x, int64_t n) { return n >= VL ? vf_load(x) : vf_load_first(x, n); }

/* Numbers that share a scale in 8 bits: every step is Java's EightBits'. */
INLINE void put_scaled(const float *x, int64_t count, uint8_t *at, int64_t step, uint8_t *scale_at) {
  vi most = vi_set(0);
  for (int64_t i = 0; i < count; i += VL) most = vi_max(most, vi_magnitude(some_of(x + i, count - i)));
  int32_t bits = vi_largest(most);
  float largest;
  memcpy(&largest, &bits, 4);
  int vanishes = largest < SMALLEST, finite = bits < 0x7F800000;
  float scale = !finite ? NAN : vanishes ? 0.0f : largest / 127.0f;
  float inverse = vanishes ? 0.0f : 127.0f / largest;
  memcpy(scale_at, &scale, 4);
  int8_t some[VL];
  for (int64_t i = 0; i < count; i += VL) {
    vi q = finite ? vi_round(vf_mul(some_of(x + i, count - i), vf_set(inverse))) : vi_set(0);
    vi_store_bytes(some, q);
    for (int64_t j = 0; j < smaller(count - i, VL); j++) memcpy(at + (i + j) * step, some + j, 1);
  }
}

INLINE void store_items(int type, const store_arguments *a, int64_t from, int64_t to) {
  const int64_t bytes = cache_bytes(type);
  const cache_layout *c = &a->cache;
  for (int64_t number = from; number < to; number++) {
    const attention_item *item = a->items + number;
    for (int64_t r = 0; r < item->rows; r++) {
      int64_t token = item->position + r;
      uint8_t *block = a->blocks[item->blocks + token / TOKENS];
      int64_t slot = token % TOKENS;
      for (int64_t h = 0; h < a->key_heads; h++) {
        const float *x = a->keys + (item->row + r) * a->key_row + h * a->key_step;
        uint8_t *head = block + c->key_byte + h * c->key_head;
        if (type != CACHE_Q8) {
          put(type, x, a->key_dim, head + slot * bytes, TOKENS);
          continue;
        }
        uint8_t *scales = head + a->key_dim * TOKENS + slot * 4;
        put_scaled(x, c->key_part, head + slot, TOKENS, scales);
        if (c->key_part < a->key_dim) {
          put_scaled(x + c->key_part, a->key_dim - c->key_part, head + c->key_part * TOKENS + slot, TOKENS,
                     scales + TOKENS * 4);
        }
      }
      for (int64_t h = 0; h < a->value_heads; h++) {
        const float *x = a->values + (item->row + r) * a->value_row + h * a->value_step;
        uint8_t *head = block + c->value_byte + h * c->value_head;
        uint8_t *at = head + slot * a->value_dim * bytes;
        if (type == CACHE_Q8) {
          put_scaled(x, a->value_dim, at, 1, head + a->value_dim * TOKENS + slot * 4);
        } else {
          put(type, x, a->value_dim, at, 1);
        }
      }
    }
  }
}

GTA_KERNEL(GTA(store)) {
  (void)scratch;
  const store_arguments *a = arguments;
  if (a->cache.type == CACHE_F32) {
    store_items(CACHE_F32, a, from, to);
  } else if (a->cache.type == CACHE_F16) {
    store_items(CACHE_F16, a, from, to);
  } else if (a->cache.type == CACHE_BF16) {
    store_items(CACHE_BF16, a, from, to);
  } else {
    store_items(CACHE_Q8, a, from, to);
  }
  return 0;
}
