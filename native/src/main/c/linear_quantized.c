/*
 * Linear layers of 8- and 4-bit weights with inputs in 8 bits: integer dot products, lanes over outputs.
 *
 * An output's number is its bias and, block after block, the weights' scale times both halves' (exact integer sum) *
 * (inputs' scale), and minimum * (scaled sum of inputs): the same operations in the same order whatever the tile.
 */
#include "lanes.h"
#include "tiles.h"

/* Exact sums of products over half a block. */
INLINE void half_dots(int format, int rows, int vectors, const uint8_t *numbers, const x_block *x, int half,
                      vi dots[QUANTIZED_ROWS][4]) {
  dot4 dots4[QUANTIZED_ROWS][4];
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) {
      if (format_is_q4(format)) {
        dots4[r][v] = dot4_begin(x[r].start[half]);
      } else {
        dots[r][v] = dot8_begin(x[r].start[half]);
      }
    }
  }
#pragma GCC unroll 4
  for (int g = 0; g < 4; g++) {
    /* A 4-bit row of numbers has a group of the first half in its low bits and one of the second in its high ones. */
    const int64_t row = format_is_q4(format) ? g : half * 4 + g;
    wq w[4];
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) {
      const uint8_t *at = numbers + row * NUMBER_ROW + v * VL * 4;
      w[v] = !format_is_q4(format) ? wq8(at) : half == 0 ? wq4_low(at) : wq4_high(at);
    }
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
      for (int v = 0; v < vectors; v++) {
        if (format_is_q4(format)) {
          dots4[r][v] = dot4_add(dots4[r][v], w[v], x[r].q + half * HALF + g * 4);
        } else {
          dots[r][v] = dot8(dots[r][v], w[v], x[r].q + half * HALF + g * 4);
        }
      }
    }
  }
  if (format_is_q4(format)) {
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
      for (int v = 0; v < vectors; v++) dots[r][v] = dot4_end(dots4[r][v], x[r].start[half]);
    }
  }
}

/* A few rows stream their weights, which have to be asked for so many bytes before. */
#define AHEAD 4096

/*
 * `rows` rows and `vectors` vectors of outputs, from a panel of a unit on; constants, so all sums are in registers.
 */
INLINE void tile(int format, int rows, int vectors, const uint8_t *unit, int64_t panel, int64_t skip,
                 const x_block *x, int64_t blocks, const float *bias, float *out, int64_t out_row,
                 int64_t outputs) {
  const int64_t scales_bytes = format_scales_bytes(format);
  const int per_panel = PANEL / VL;
  vf sums[QUANTIZED_ROWS][4];
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) sums[r][v] = vf_load(bias + v * VL);
  }
  for (int64_t b = 0; b < blocks; b++) {
    const uint8_t *block = unit + b * format_block_bytes(format);
    const uint8_t *numbers = block + (panel * PANEL + skip * VL) * 4;
    const uint8_t *scales = block + format_scales_at(format, panel);
    if (rows <= 4 && panel == 0 && skip == 0) {
      /* The next unit follows, so it is asked for in time as well. */
      for (int64_t line = 0; line < format_block_bytes(format); line += 64) {
        __builtin_prefetch(block + line + AHEAD / format_block_bytes(format) * format_block_bytes(format));
      }
    }
    /* Sums of both halves, each times its inputs' scale. */
    vf scaled[QUANTIZED_ROWS][4];
#pragma GCC unroll 2
    for (int half = 0; half < 2; half++) {
      vi dots[QUANTIZED_ROWS][4];
      half_dots(format, rows, vectors, numbers, x, half, dots);
#pragma GCC unroll 4
      for (int v = 0; v < vectors; v++) {
        const uint8_t *at = scales + v / per_panel * scales_bytes;
        int64_t lane = (v % per_panel + skip) * VL;
#pragma GCC unroll 8
        for (int r = 0; r < rows; r++) {
          vf dot = vf_from(dots[r][v]);
          if (format == FORMAT_Q8_HALVES) {
            vf scale = scale_at(format, at, lane + half * PANEL);
            sums[r][v] = vf_fma(dot, vf_mul(scale, vf_set(x[r].scale[half])), sums[r][v]);
          } else if (half == 0) {
            scaled[r][v] = vf_mul(dot, vf_set(x[r].scale[0]));
          } else {
            vf both = vf_fma(dot, vf_set(x[r].scale[1]), scaled[r][v]);
            sums[r][v] = vf_fma(both, scale_at(format, at, lane), sums[r][v]);
          }
        }
        if (format_has_min(format) && half == 1) {
          vf least = scale_at(format, at, lane + PANEL);
#pragma GCC unroll 8
          for (int r = 0; r < rows; r++) sums[r][v] = vf_fma(least, vf_set(x[r].sum), sums[r][v]);
        }
      }
    }
    x += rows;
  }
#pragma GCC unroll 8
  for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
    for (int v = 0; v < vectors; v++) store_some(out + r * out_row + v * VL, sums[r][v], outputs - v * VL);
  }
}

/* A tile's rows and all outputs of a unit. */
INLINE void unit(int format, int rows, const linear_arguments *a, const uint8_t *memory, const x_block *x,
                 int64_t first, float *out) {
  const int vectors = QUANTIZED_VECTORS(rows);
  for (int64_t lane = 0; lane < UNIT && first + lane < a->outputs; lane += vectors * VL) {
    tile(format, rows, vectors, memory, lane / PANEL, lane % PANEL / VL, x, a->inputs / BLOCK,
         a->bias + first + lane, out + lane, a->out_row, a->outputs - first - lane);
  }
}

typedef void unit_function(const linear_arguments *a, const uint8_t *memory, const x_block *x, int64_t first,
                           float *out);

#define UNIT_OF(format, rows)                                                                              \
  static void unit_##format##_##rows(const linear_arguments *a, const uint8_t *memory, const x_block *x,   \
                                     int64_t first, float *out) {                                          \
    unit(format, rows, a, memory, x, first, out);                                                          \
  }
#if QUANTIZED_ROWS == 6
#define EACH_ROWS(of, format) of(format, 1) of(format, 2) of(format, 3) of(format, 4) of(format, 5) of(format, 6)
#elif QUANTIZED_ROWS == 4
#define EACH_ROWS(of, format) of(format, 1) of(format, 2) of(format, 3) of(format, 4)
#else
#define EACH_ROWS(of, format) of(format, 1) of(format, 2) of(format, 3)
#endif
#define NAME_OF(format, rows) unit_##format##_##rows,

EACH_ROWS(UNIT_OF, FORMAT_Q8)
EACH_ROWS(UNIT_OF, FORMAT_Q8_MIN)
EACH_ROWS(UNIT_OF, FORMAT_Q8_MIN_WIDE)
EACH_ROWS(UNIT_OF, FORMAT_Q8_HALVES)
EACH_ROWS(UNIT_OF, FORMAT_Q4)
EACH_ROWS(UNIT_OF, FORMAT_Q4_MIN)
EACH_ROWS(UNIT_OF, FORMAT_Q4_MIN_WIDE)

static unit_function *const UNITS[FORMATS][QUANTIZED_ROWS] = {
    [FORMAT_Q8] = {EACH_ROWS(NAME_OF, FORMAT_Q8)},
    [FORMAT_Q8_MIN] = {EACH_ROWS(NAME_OF, FORMAT_Q8_MIN)},
    [FORMAT_Q8_MIN_WIDE] = {EACH_ROWS(NAME_OF, FORMAT_Q8_MIN_WIDE)},
    [FORMAT_Q8_HALVES] = {EACH_ROWS(NAME_OF, FORMAT_Q8_HALVES)},
    [FORMAT_Q4] = {EACH_ROWS(NAME_OF, FORMAT_Q4)},
    [FORMAT_Q4_MIN] = {EACH_ROWS(NAME_OF, FORMAT_Q4_MIN)},
    [FORMAT_Q4_MIN_WIDE] = {EACH_ROWS(NAME_OF, FORMAT_Q4_MIN_WIDE)},
};

GTA_KERNEL(GTA(linear_quantized)) {
  (void)scratch;
  const linear_arguments *a = arguments;
  int64_t units = (a->outputs + UNIT - 1) / UNIT;
  int64_t unit_bytes = format_unit_bytes((int)a->format, a->inputs);
  int64_t blocks = a->inputs / BLOCK;
  tiles t = tiles_of(a->rows, QUANTIZED_ROWS);
  for (int64_t item = from; item < to; item++) {
    int64_t head = item / units;
    int64_t first = item % units * UNIT;
    const uint8_t *memory = a->units + item * unit_bytes;
    const x_block *x = (const x_block *)(a->prepared + head * a->prepared_head);
    float *out = a->out + head * a->out_head + first;
    for (int64_t tile = 0; tile < t.count; tile++) {
      int64_t row = tile_first(t, tile);
      UNITS[a->format][tile_rows(t, tile) - 1](a, memory, x + row * blocks, first, out + row * a->out_row);
    }
  }
  return 0;
}
