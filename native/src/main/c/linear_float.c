/*
 * Linear layers with inputs in f32: weights of every format are widened in registers.
 *
 * An output's number is its bias and then one product after the other, in the order of the inputs, each added without
 * rounding in between (FMA): the same whatever the tile.
 */
#include "lanes.h"
#include "tiles.h"

/* Adds input i's products to all sums. */
INLINE void add_products(int rows, const vf *w, const float *x, vf sums[FLOAT_ROWS][FLOAT_VECTORS]) {
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) {
    vf input = vf_set(x[r]);
#pragma GCC unroll 4
    for (int v = 0; v < FLOAT_VECTORS; v++) sums[r][v] = vf_fma(input, w[v], sums[r][v]);
  }
}

INLINE void float_inputs(int format, int rows, const uint8_t *memory, int64_t panel, int64_t skip, const float *x,
                         int64_t inputs, vf sums[FLOAT_ROWS][FLOAT_VECTORS]) {
  const int per_panel = PANEL / VL;
  for (int64_t i = 0; i < inputs; i++) {
    vf w[FLOAT_VECTORS];
#pragma GCC unroll 4
    for (int v = 0; v < FLOAT_VECTORS; v++) {
      w[v] = vf_load_as(format, memory, ((panel + v / per_panel) * inputs + i) * PANEL + (v % per_panel + skip) * VL);
    }
    add_products(rows, w, x + i * rows, sums);
  }
}

/* Numbers are (q - offset) * scale + minimum, each operation rounded, as the formats define it. */
INLINE void block_inputs(int format, int rows, const uint8_t *memory, int64_t panel, int64_t skip, const float *x,
                         int64_t inputs, vf sums[FLOAT_ROWS][FLOAT_VECTORS]) {
  const int per_panel = PANEL / VL;
  const int parts = format_is_q4(format) || format == FORMAT_Q8_HALVES ? 2 : 1;
  for (int64_t b = 0; b < inputs / BLOCK; b++) {
    const uint8_t *block = memory + b * format_block_bytes(format);
    for (int part = 0; part < parts; part++) {
      vf scale[FLOAT_VECTORS], least[FLOAT_VECTORS];
#pragma GCC unroll 4
      for (int v = 0; v < FLOAT_VECTORS; v++) {
        const uint8_t *scales = block + format_scales_at(format, panel + v / per_panel);
        int64_t lane = (v % per_panel + skip) * VL;
        scale[v] = scale_at(format, scales, lane + (format == FORMAT_Q8_HALVES ? part * PANEL : 0));
        least[v] = format_has_min(format) ? scale_at(format, scales, lane + PANEL) : vf_set(0.0f);
      }
      const int groups = 8 / parts;
      for (int g = 0; g < groups; g++) {
        /* The high halves' groups are the second part of a 4-bit block. */
        int64_t row = format_is_q4(format) ? g : part * groups + g;
        vi numbers[FLOAT_VECTORS];
#pragma GCC unroll 4
        for (int v = 0; v < FLOAT_VECTORS; v++) {
          numbers[v] = vi_load(block + row * NUMBER_ROW + (panel * PANEL + (skip + v) * VL) * 4);
          if (format_is_q4(format) && part == 1) numbers[v] = vi_shift_right(numbers[v], 4);
        }
#pragma GCC unroll 4
        for (int j = 0; j < 4; j++) {
          vf w[FLOAT_VECTORS];
#pragma GCC unroll 4
          for (int v = 0; v < FLOAT_VECTORS; v++) {
            vi q = vi_and(vi_shift_right(numbers[v], 8 * j), format_is_q4(format) ? 15 : 255);
            w[v] = vf_mul(vf_sub(vf_from(q), vf_set((float)format_offset(format))), scale[v]);
            if (format_has_min(format)) w[v] = vf_add(w[v], least[v]);
          }
          add_products(rows, w, x + (b * BLOCK + (part * groups + g) * 4 + j) * rows, sums);
        }
      }
    }
  }
}

INLINE void unit(int format, int rows, const linear_arguments *a, const uint8_t *memory, const float *x,
                 int64_t first, float *out) {
  for (int64_t lane = 0; lane < UNIT && first + lane < a->outputs; lane += FLOAT_VECTORS * VL) {
    vf sums[FLOAT_ROWS][FLOAT_VECTORS];
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
      for (int v = 0; v < FLOAT_VECTORS; v++) sums[r][v] = vf_load(a->bias + first + lane + v * VL);
    }
    int64_t panel = lane / PANEL;
    int64_t skip = lane % PANEL / VL;
    if (format_is_float(format)) {
      float_inputs(format, rows, memory, panel, skip, x, a->inputs, sums);
    } else {
      block_inputs(format, rows, memory, panel, skip, x, a->inputs, sums);
    }
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
      for (int v = 0; v < FLOAT_VECTORS; v++) {
        int64_t left = a->outputs - first - lane - v * VL;
        float *at = out + r * a->out_row + lane + v * VL;
        if (left >= VL) {
          vf_store(at, sums[r][v]);
        } else if (left > 0) {
          vf_store_first(at, sums[r][v], left);
        }
      }
    }
  }
}

typedef void unit_function(const linear_arguments *a, const uint8_t *memory, const float *x, int64_t first,
                           float *out);

#define UNIT_OF(format, rows)                                                                            \
  static void unit_##format##_##rows(const linear_arguments *a, const uint8_t *memory, const float *x,   \
                                     int64_t first, float *out) {                                        \
    unit(format, rows, a, memory, x, first, out);                                                        \
  }
#if FLOAT_ROWS == 8
#define EACH_ROWS(of, format)                                                                       \
  of(format, 1) of(format, 2) of(format, 3) of(format, 4) of(format, 5) of(format, 6) of(format, 7) \
  of(format, 8)
#else
#define EACH_ROWS(of, format) of(format, 1) of(format, 2) of(format, 3) of(format, 4) of(format, 5) of(format, 6)
#endif
#define NAME_OF(format, rows) unit_##format##_##rows,
#define EACH_FORMAT(of)                                                                              \
  of(FORMAT_F32) of(FORMAT_F16) of(FORMAT_BF16) of(FORMAT_Q8) of(FORMAT_Q8_MIN) of(FORMAT_Q8_MIN_WIDE) \
  of(FORMAT_Q8_HALVES) of(FORMAT_Q4) of(FORMAT_Q4_MIN) of(FORMAT_Q4_MIN_WIDE)
#define UNITS_OF(format) EACH_ROWS(UNIT_OF, format)
#define NAMES_OF(format) [format] = {EACH_ROWS(NAME_OF, format)},

EACH_FORMAT(UNITS_OF)

static unit_function *const UNITS[FORMATS][FLOAT_ROWS] = {EACH_FORMAT(NAMES_OF)};

GTA_KERNEL(GTA(linear_float)) {
  (void)scratch;
  const linear_arguments *a = arguments;
  int64_t units = (a->outputs + UNIT - 1) / UNIT;
  int64_t unit_bytes = format_unit_bytes((int)a->format, a->inputs);
  tiles t = tiles_of(a->rows, FLOAT_ROWS);
  for (int64_t item = from; item < to; item++) {
    int64_t head = item / units;
    int64_t first = item % units * UNIT;
    const uint8_t *memory = a->units + item * unit_bytes;
    const float *x = (const float *)(a->prepared + head * a->prepared_head);
    float *out = a->out + head * a->out_head + first;
    for (int64_t tile = 0; tile < t.count; tile++) {
      int64_t row = tile_first(t, tile);
      UNITS[a->format][tile_rows(t, tile) - 1](a, memory, x + row * a->inputs, first, out + row * a->out_row);
    }
  }
  return 0;
}
