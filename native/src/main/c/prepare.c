/*
 * Rows of inputs as the tiles of a linear layer read them: the numbers that a tile needs at the same time lie side by
 * side, so that its inner loop has one pointer.
 *
 *   quantized   tile after tile of [inputs / BLOCK][rows of the tile] x_block
 *   floats      tile after tile of [inputs][rows of the tile]
 */
#include "lanes.h"
#include "tiles.h"

/* 16 inputs in 8 bits: scale = largest / 127. Where one is no finite number, no result is one. */
INLINE void quantize(const float *x, int offset, int half, x_block *block) {
  vi most = vi_magnitude(vf_load(x));
  for (int i = VL; i < HALF; i += VL) most = vi_max(most, vi_magnitude(vf_load(x + i)));
  int32_t bits = vi_largest(most);
  float largest;
  memcpy(&largest, &bits, 4);
  float inverse = largest < SMALLEST ? 0.0f : 127.0f / largest;
  float scale = largest < SMALLEST ? 0.0f : largest / 127.0f;
  int finite = bits < 0x7F800000;
  vi sum = vi_set(0);
  for (int i = 0; i < HALF; i += VL) {
    vi q = finite ? vi_round(vf_mul(vf_load(x + i), vf_set(inverse))) : vi_set(0);
    vi_store_bytes(block->q + half * HALF + i, q);
    sum = vi_add(sum, q);
  }
  int32_t total = vi_sum(sum);
  block->scale[half] = finite ? scale : NAN;
  block->start[half] = -offset * total;
  float scaled = block->scale[half] * (float)total;
  block->sum = half == 0 ? scaled : block->sum + scaled;
}

GTA_KERNEL(GTA(prepare)) {
  (void)scratch;
  const linear_arguments *a = arguments;
  int64_t inputs = a->inputs;
  tiles t = tiles_of(a->rows, a->quantized ? QUANTIZED_ROWS : FLOAT_ROWS);
  int offset = format_offset((int)a->format);
  for (int64_t item = from; item < to; item++) {
    int64_t head = item / t.count;
    int64_t tile = item % t.count;
    int64_t first = tile_first(t, tile);
    int64_t rows = tile_rows(t, tile);
    const float *x = a->x + head * a->x_head + first * a->x_row;
    uint8_t *prepared = a->prepared + head * a->prepared_head;
    if (a->quantized) {
      int64_t blocks = inputs / BLOCK;
      x_block *out = (x_block *)prepared + first * blocks;
      for (int64_t r = 0; r < rows; r++) {
        for (int64_t b = 0; b < blocks; b++) {
          const float *begin = x + r * a->x_row + b * BLOCK;
          quantize(begin, offset, 0, out + b * rows + r);
          quantize(begin + HALF, offset, 1, out + b * rows + r);
        }
      }
    } else {
      float *out = (float *)prepared + first * inputs;
      for (int64_t r = 0; r < rows; r++) {
        for (int64_t i = 0; i < inputs; i++) out[i * rows + r] = x[r * a->x_row + i];
      }
    }
  }
  return 0;
}

/* The most rows of a tile: of quantized inputs (0), of floats (1). */
GTA_KERNEL(GTA(most_rows)) {
  (void)arguments;
  (void)to;
  (void)scratch;
  return from == 0 ? QUANTIZED_ROWS : FLOAT_ROWS;
}
