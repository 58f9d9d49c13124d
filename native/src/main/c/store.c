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
  if (type == FORMAT_F16) {
    vf_store_f16(out, n >= VL ? vf_load(x) : vf_load_first(x, n));
  } else {
    for (int64_t i = 0; i < smaller(n, VL); i++) out[i] = to_bf16(x[i]);
  }
}

/* A head's numbers, `step` numbers apart from `at` on. */
INLINE void put(int type, const float *x, int64_t count, uint8_t *at, int64_t step) {
  if (type == FORMAT_F32) {
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

INLINE void store_items(int type, const store_arguments *a, int64_t from, int64_t to) {
  const int64_t bytes = type == FORMAT_F32 ? 4 : 2;
  for (int64_t number = from; number < to; number++) {
    const attention_item *item = a->items + number;
    for (int64_t r = 0; r < item->rows; r++) {
      int64_t token = item->position + r;
      uint8_t *block = a->blocks[item->blocks + token / TOKENS];
      int64_t slot = token % TOKENS;
      for (int64_t h = 0; h < a->key_heads; h++) {
        put(type, a->keys + (item->row + r) * a->key_row + h * a->key_step, a->key_dim,
            block + a->key_byte + (h * a->key_dim * TOKENS + slot) * bytes, TOKENS);
      }
      for (int64_t h = 0; h < a->value_heads; h++) {
        put(type, a->values + (item->row + r) * a->value_row + h * a->value_step, a->value_dim,
            block + a->value_byte + (h * TOKENS + slot) * a->value_dim * bytes, 1);
      }
    }
  }
}

GTA_KERNEL(GTA(store)) {
  (void)scratch;
  const store_arguments *a = arguments;
  if (a->type == FORMAT_F32) {
    store_items(FORMAT_F32, a, from, to);
  } else if (a->type == FORMAT_F16) {
    store_items(FORMAT_F16, a, from, to);
  } else {
    store_items(FORMAT_BF16, a, from, to);
  }
  return 0;
}
