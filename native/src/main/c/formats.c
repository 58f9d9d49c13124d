/*
 * Weights as they lie in a checkpoint: re-encoded into panels once at load, integers and scales exactly, and single
 * rows widened. Compiled once, for every processor.
 *
 * The blocks are described in org.gta4j.tensor.block.
 */
#include "gta4j.h"

static uint16_t half_at(const uint8_t *p) {
  uint16_t bits;
  memcpy(&bits, p, 2);
  return bits;
}

static float float_of_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

static float from_f16(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000) << 16;
  uint32_t exponent = half >> 10 & 31;
  uint32_t fraction = half & 1023;
  if (exponent == 31) return float_of_bits(sign | 0x7F800000 | fraction << 13);
  if (exponent != 0) return float_of_bits(sign | (exponent + 112) << 23 | fraction << 13);
  float small = (float)fraction * 0x1p-24f;
  return sign ? -small : small;
}

static float from_bf16(uint16_t half) { return float_of_bits((uint32_t)half << 16); }

/* 32 numbers that share scales: (q - offset) * scale + minimum. */
typedef struct {
  int16_t q[BLOCK];        /* offset not yet subtracted */
  int offset;
  int has_minimum;
  float scale[2];          /* of numbers 0-15 and 16-31 */
  float minimum;
  uint16_t scale_bits;     /* the f16 they were, where they were one */
  uint16_t minimum_bits;
} numbers;

/* Scales and minima of Q4_K and Q5_K: six bits each, spread over twelve bytes. */
static int six_bits(const uint8_t *at, int part, int first) {
  int own = at[first + part % 4];
  if (part < 4) return own & 63;
  int both = at[4 + part];
  return (first == 0 ? both & 15 : both >> 4) | (own >> 6) << 4;
}

static void plain(numbers *n, const uint8_t *block, int offset, int has_minimum, int fifth) {
  const uint8_t *bits = block + (has_minimum ? 4 : 2);
  const uint8_t *low = bits + (fifth ? 4 : 0);
  uint32_t high = 0;
  if (fifth) memcpy(&high, bits, 4);
  n->offset = offset;
  n->has_minimum = has_minimum;
  n->scale_bits = half_at(block);
  n->scale[0] = n->scale[1] = from_f16(n->scale_bits);
  n->minimum_bits = has_minimum ? half_at(block + 2) : 0;
  n->minimum = from_f16(n->minimum_bits);
  for (int i = 0; i < 16; i++) {
    n->q[i] = (int16_t)((low[i] & 15) | (high >> i & 1) << 4);
    n->q[i + 16] = (int16_t)(low[i] >> 4 | (high >> (i + 16) & 1) << 4);
  }
}

static void super(numbers *n, const uint8_t *block, int part, int fifth) {
  const uint8_t *low = block + (fifth ? 48 : 16) + part / 2 * 32;
  n->offset = 0;
  n->has_minimum = 1;
  n->scale[0] = n->scale[1] = from_f16(half_at(block)) * (float)six_bits(block + 4, part, 0);
  n->minimum = -(from_f16(half_at(block + 2)) * (float)six_bits(block + 4, part, 4));
  for (int i = 0; i < BLOCK; i++) {
    int q = part % 2 == 0 ? low[i] & 15 : low[i] >> 4;
    n->q[i] = (int16_t)(fifth ? q | (block[16 + i] >> part & 1) << 4 : q);
  }
}

static void six(numbers *n, const uint8_t *block, int part) {
  int half = part / 4;
  int row = part % 4;
  n->offset = 32;
  n->has_minimum = 0;
  n->minimum = 0;
  for (int i = 0; i < 2; i++) {
    n->scale[i] = from_f16(half_at(block + 208)) * (float)(int8_t)block[192 + part * 2 + i];
  }
  for (int i = 0; i < BLOCK; i++) {
    int low = block[half * 64 + row % 2 * 32 + i];
    int high = block[128 + half * 32 + i];
    n->q[i] = (int16_t)((row < 2 ? low & 15 : low >> 4) | (high >> (2 * row) & 3) << 4);
  }
}

/* Numbers 32 * index and following of a row. */
static void decode(int source, const uint8_t *row, int64_t index, numbers *n) {
  switch (source) {
    case SOURCE_Q8_0: {
      const uint8_t *block = row + index * 34;
      n->offset = 0;
      n->has_minimum = 0;
      n->scale_bits = half_at(block);
      n->scale[0] = n->scale[1] = from_f16(n->scale_bits);
      n->minimum = 0;
      for (int i = 0; i < BLOCK; i++) n->q[i] = (int8_t)block[2 + i];
      break;
    }
    case SOURCE_Q4_0: plain(n, row + index * 18, 8, 0, 0); break;
    case SOURCE_Q4_1: plain(n, row + index * 20, 0, 1, 0); break;
    case SOURCE_Q5_0: plain(n, row + index * 22, 16, 0, 1); break;
    case SOURCE_Q5_1: plain(n, row + index * 24, 0, 1, 1); break;
    case SOURCE_Q4_K: super(n, row + index / 8 * 144, (int)(index % 8), 0); break;
    case SOURCE_Q5_K: super(n, row + index / 8 * 176, (int)(index % 8), 1); break;
    default: six(n, row + index / 8 * 210, (int)(index % 8)); break;
  }
}

/* One output's numbers and scales; in every row of numbers it has the same four bytes, the first at `own`. */
static void encode(int format, const numbers *n, uint8_t *own, uint8_t *scales, int output) {
  if (format_is_q4(format)) {
    for (int g = 0; g < 4; g++) {
      for (int i = 0; i < 4; i++) {
        own[g * NUMBER_ROW + i] = (uint8_t)(n->q[g * 4 + i] | n->q[(g + 4) * 4 + i] << 4);
      }
    }
  } else {
    for (int g = 0; g < 8; g++) {
      for (int i = 0; i < 4; i++) {
        own[g * NUMBER_ROW + i] = (uint8_t)(n->q[g * 4 + i] - n->offset + 128);
      }
    }
  }
  if (format_is_wide(format)) {
    float second = format == FORMAT_Q8_HALVES ? n->scale[1] : n->minimum;
    memcpy(scales + output * 4, &n->scale[0], 4);
    memcpy(scales + (PANEL + output) * 4, &second, 4);
  } else {
    memcpy(scales + output * 2, &n->scale_bits, 2);
    if (format_has_min(format)) memcpy(scales + (PANEL + output) * 2, &n->minimum_bits, 2);
  }
}

/*
 * The same for the types whose bytes a panel only orders anew: of Q8_0 a byte is a number, of Q4_0 and Q4_1 byte i has
 * numbers i and i + 16 in its halves, as a panel's byte has.
 */
static void move(int source, const uint8_t *from, uint8_t *own, uint8_t *scales, int output) {
  int words = source == SOURCE_Q8_0 ? 8 : 4;
  int with_minimum = source == SOURCE_Q4_1;
  const uint8_t *bits = from + (with_minimum ? 4 : 2);
  uint32_t sign = source == SOURCE_Q8_0 ? 0x80808080 : 0; /* adds 128 to each byte */
  for (int g = 0; g < words; g++) {
    uint32_t word;
    memcpy(&word, bits + g * 4, 4);
    word ^= sign;
    memcpy(own + g * NUMBER_ROW, &word, 4);
  }
  memcpy(scales + output * 2, from, 2);
  if (with_minimum) memcpy(scales + (PANEL + output) * 2, from + 2, 2);
}

/* Bytes of a block whose bytes only move; 0 of the other types. */
static int64_t moving_bytes(int source) {
  return source == SOURCE_Q8_0 ? 34 : source == SOURCE_Q4_0 ? 18 : source == SOURCE_Q4_1 ? 20 : 0;
}

/* One output's row in its panel, of a unit's memory. */
static void pack_row(const pack_arguments *a, const uint8_t *row, uint8_t *unit, int64_t panel, int output) {
  int format = (int)a->format;
  if (format_is_float(format)) {
    int64_t bytes = format == FORMAT_F32 ? 4 : 2;
    uint8_t *out = unit + (panel * a->inputs * PANEL + output) * bytes;
    for (int64_t i = 0; i < a->inputs; i++) memcpy(out + i * PANEL * bytes, row + i * bytes, (size_t)bytes);
    return;
  }
  numbers n;
  int64_t moving = moving_bytes((int)a->source);
  for (int64_t b = 0; b < a->inputs / BLOCK; b++) {
    uint8_t *block = unit + b * format_block_bytes(format);
    uint8_t *own = block + (panel * PANEL + output) * 4;
    uint8_t *scales = block + format_scales_at(format, panel);
    if (moving) {
      move((int)a->source, row + b * moving, own, scales, output);
    } else {
      decode((int)a->source, row, b, &n);
      encode(format, &n, own, scales, output);
    }
  }
}

/* Fills units [from, to) of a layer from its rows. Outputs beyond the last stay as they are: 0. */
GTA_KERNEL(gta_pack) {
  (void)scratch;
  const pack_arguments *a = arguments;
  int64_t unit_bytes = format_unit_bytes((int)a->format, a->inputs);
  for (int64_t unit = from; unit < to; unit++) {
    for (int64_t output = 0; output < UNIT; output++) {
      int64_t number = unit * UNIT + output;
      if (number >= a->outputs) break;
      pack_row(a, a->rows + number * a->row_bytes, a->units + unit * unit_bytes, output / PANEL, (int)(output % PANEL));
    }
  }
  return 0;
}

/* Rows [from, to) of the result become rows of the table. */
GTA_KERNEL(gta_embed) {
  (void)scratch;
  const embed_arguments *a = arguments;
  for (int64_t r = from; r < to; r++) {
    const uint8_t *row = a->table + a->ids[r] * a->row_bytes;
    float *out = a->out + r * a->out_row;
    if (a->source == SOURCE_F32) {
      memcpy(out, row, (size_t)a->columns * 4);
    } else if (a->source == SOURCE_F16) {
      for (int64_t i = 0; i < a->columns; i++) out[i] = from_f16(half_at(row + i * 2));
    } else if (a->source == SOURCE_BF16) {
      for (int64_t i = 0; i < a->columns; i++) out[i] = from_bf16(half_at(row + i * 2));
    } else {
      numbers n;
      for (int64_t b = 0; b < a->columns / BLOCK; b++) {
        decode((int)a->source, row, b, &n);
        for (int i = 0; i < BLOCK; i++) {
          float value = (float)(n.q[i] - n.offset) * n.scale[i / 16];
          out[b * BLOCK + i] = n.has_minimum ? value + n.minimum : value;
        }
      }
    }
  }
  return 0;
}
