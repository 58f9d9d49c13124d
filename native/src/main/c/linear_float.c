/*
 * Linear layers with inputs in f32: weights of every format are widened in registers, those in blocks once for many
 * rows.
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

/*
 * A block's numbers, of FLOAT_VECTORS vectors of outputs: multiplied with the block's inputs of `rows` rows, or stored
 * to wide, [BLOCK][UNIT] from those outputs on, if rows is 0. They are (q - offset) * scale + minimum, each operation
 * rounded, as the formats define it.
 */
INLINE void block_numbers(int format, int rows, const uint8_t *block, int64_t panel, int64_t skip, const float *x,
                          vf sums[FLOAT_ROWS][FLOAT_VECTORS], float *wide) {
  const int per_panel = PANEL / VL;
  const int parts = format_is_q4(format) || format == FORMAT_Q8_HALVES ? 2 : 1;
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
        int64_t input = (part * groups + g) * 4 + j;
        vf w[FLOAT_VECTORS];
#pragma GCC unroll 4
        for (int v = 0; v < FLOAT_VECTORS; v++) {
          vi q = vi_and(vi_shift_right(numbers[v], 8 * j), format_is_q4(format) ? 15 : 255);
          w[v] = vf_mul(vf_sub(vf_from(q), vf_set((float)format_offset(format))), scale[v]);
          if (format_has_min(format)) w[v] = vf_add(w[v], least[v]);
          if (rows == 0) vf_store(wide + input * UNIT + v * VL, w[v]);
        }
        if (rows > 0) add_products(rows, w, x + input * rows, sums);
      }
    }
  }
}

INLINE void block_inputs(int format, int rows, const uint8_t *memory, int64_t panel, int64_t skip, const float *x,
                         int64_t inputs, vf sums[FLOAT_ROWS][FLOAT_VECTORS]) {
  for (int64_t b = 0; b < inputs / BLOCK; b++) {
    block_numbers(format, rows, memory + b * format_block_bytes(format), panel, skip, x + b * BLOCK * rows, sums, 0);
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
        store_some(out + r * a->out_row + lane + v * VL, sums[r][v], a->outputs - first - lane - v * VL);
      }
    }
  }
}

typedef void unit_function(const linear_arguments *a, const uint8_t *memory, const float *x, int64_t first,
                           float *out);

/*
 * Many rows meet a block's numbers after they were widened once: as many tiles as leave their sums, the block and its
 * inputs in the first cache.
 */
#define WIDENED_TILES 8

typedef void widen_function(const uint8_t *block, float *wide);
typedef void add_block_function(const float *wide, const float *x, float *sums);

/* A widened block's products with `rows` rows, added to sums, [rows][UNIT]. */
INLINE void add_block(int rows, const float *wide, const float *x, float *sums_at) {
  for (int64_t lane = 0; lane < UNIT; lane += FLOAT_VECTORS * VL) {
    vf sums[FLOAT_ROWS][FLOAT_VECTORS];
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
      for (int v = 0; v < FLOAT_VECTORS; v++) sums[r][v] = vf_load(sums_at + r * UNIT + lane + v * VL);
    }
    for (int64_t i = 0; i < BLOCK; i++) {
      vf w[FLOAT_VECTORS];
#pragma GCC unroll 4
      for (int v = 0; v < FLOAT_VECTORS; v++) w[v] = vf_load(wide + i * UNIT + lane + v * VL);
      add_products(rows, w, x + i * rows, sums);
    }
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
      for (int v = 0; v < FLOAT_VECTORS; v++) vf_store(sums_at + r * UNIT + lane + v * VL, sums[r][v]);
    }
  }
}

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
#define EACH_BLOCK_FORMAT(of)                                                                        \
  of(FORMAT_Q8) of(FORMAT_Q8_MIN) of(FORMAT_Q8_MIN_WIDE) of(FORMAT_Q8_HALVES) of(FORMAT_Q4)          \
  of(FORMAT_Q4_MIN) of(FORMAT_Q4_MIN_WIDE)
#define EACH_FORMAT(of) of(FORMAT_F32) of(FORMAT_F16) of(FORMAT_BF16) EACH_BLOCK_FORMAT(of)
#define UNITS_OF(format) EACH_ROWS(UNIT_OF, format)
#define NAMES_OF(format) [format] = {EACH_ROWS(NAME_OF, format)},

EACH_FORMAT(UNITS_OF)

#define WIDEN_OF(format)                                                                              \
  static void widen_##format(const uint8_t *block, float *wide) {                                     \
    for (int64_t lane = 0; lane < UNIT; lane += FLOAT_VECTORS * VL) {                                 \
      block_numbers(format, 0, block, lane / PANEL, lane % PANEL / VL, 0, 0, wide + lane);            \
    }                                                                                                 \
  }
#define ADD_OF(none, rows) \
  static void add_block_##rows(const float *wide, const float *x, float *sums) { add_block(rows, wide, x, sums); }
#define WIDEN_NAME(format) [format] = widen_##format,
#define ADD_NAME(none, rows) add_block_##rows,

EACH_BLOCK_FORMAT(WIDEN_OF)
EACH_ROWS(ADD_OF, none)

static unit_function *const UNITS[FORMATS][FLOAT_ROWS] = {EACH_FORMAT(NAMES_OF)};
static widen_function *const WIDEN[FORMATS] = {EACH_BLOCK_FORMAT(WIDEN_NAME)};
static add_block_function *const ADD_BLOCK[FLOAT_ROWS] = {EACH_ROWS(ADD_NAME, none)};

/* The tiles [begin, end) of rows, of weights in blocks. */
static void widened_unit(const linear_arguments *a, tiles t, int64_t begin, int64_t end, const uint8_t *memory,
                         const float *x, int64_t first, float *out) {
  float wide[BLOCK * UNIT];
  float sums[WIDENED_TILES * FLOAT_ROWS * UNIT];
  int64_t row = tile_first(t, begin);
  int64_t rows = tile_first(t, end) - row;
  for (int64_t r = 0; r < rows; r++) memcpy(sums + r * UNIT, a->bias + first, sizeof(float) * UNIT);
  for (int64_t b = 0; b < a->inputs / BLOCK; b++) {
    WIDEN[a->format](memory + b * format_block_bytes((int)a->format), wide);
    for (int64_t tile = begin; tile < end; tile++) {
      int64_t of_tile = tile_rows(t, tile);
      int64_t at = tile_first(t, tile);
      ADD_BLOCK[of_tile - 1](wide, x + at * a->inputs + b * BLOCK * of_tile, sums + (at - row) * UNIT);
    }
  }
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t v = 0; v < UNIT; v += VL) {
      store_some(out + (row + r) * a->out_row + v, vf_load(sums + r * UNIT + v), a->outputs - first - v);
    }
  }
}

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
    if (t.count > 1 && !format_is_float((int)a->format)) {
      for (int64_t tile = 0; tile < t.count; tile += WIDENED_TILES) {
        widened_unit(a, t, tile, smaller(tile + WIDENED_TILES, t.count), memory, x, first, out);
      }
      continue;
    }
    for (int64_t tile = 0; tile < t.count; tile++) {
      int64_t row = tile_first(t, tile);
      UNITS[a->format][tile_rows(t, tile) - 1](a, memory, x + row * a->inputs, first, out + row * a->out_row);
    }
  }
  return 0;
}
