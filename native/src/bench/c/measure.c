/*
 * Times the kernels alone, on one thread, in processor time: what others do on the machine at the same time matters
 * less than in wall time. After a build, in native/:
 *
 *   cc -O2 -Isrc/main/c src/bench/c/measure.c target/c/?*-avx?*.o -lm -o target/measure && target/measure
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#include "gta4j.h"

typedef int64_t kernel(const void *arguments, int64_t from, int64_t to, void *scratch);

#define KERNELS_OF(level)                                                                                    \
  kernel gta_prepare_##level, gta_linear_quantized_##level, gta_linear_float_##level, gta_most_rows_##level, \
      gta_attend_##level, gta_attention_sizes_##level;
KERNELS_OF(avx2)
KERNELS_OF(avx512)

typedef struct {
  const char *name;
  kernel *prepare, *quantized, *floats, *most_rows, *attend, *sizes;
} level;

static const level LEVELS[] = {
    {"avx512", gta_prepare_avx512, gta_linear_quantized_avx512, gta_linear_float_avx512, gta_most_rows_avx512,
     gta_attend_avx512, gta_attention_sizes_avx512},
    {"avx2", gta_prepare_avx2, gta_linear_quantized_avx2, gta_linear_float_avx2, gta_most_rows_avx2, gta_attend_avx2,
     gta_attention_sizes_avx2}};

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void *memory(int64_t bytes, int fill) {
  size_t size = ((size_t)bytes + (2 << 20)) >> 21 << 21;
  void *all = aligned_alloc(2 << 20, size);
  if (!all) exit(1);
  madvise(all, size, MADV_HUGEPAGE);
  memset(all, fill, size);
  return all;
}

static float random_float(void) { return (float)(rand() % 2001 - 1000) / 1000.0f; }

/* A layer of `inputs` by `outputs`; a few rows go through so many layers that none is in a cache. */
static void linear(const level *l, const char *name, int format, int inputs, int outputs, int rows, int quantized) {
  int layers = rows <= 16 ? 16 : 1;
  int64_t units = (outputs + UNIT - 1) / UNIT;
  int64_t bytes = units * format_unit_bytes(format, inputs);
  uint8_t *weights = memory(bytes * layers, 0x11);
  float *bias = memory(units * UNIT * 4, 0), *x = memory((int64_t)rows * inputs * 4, 0);
  float *out = memory((int64_t)rows * outputs * 4, 0);
  for (int i = 0; i < rows * inputs; i++) x[i] = random_float();
  linear_arguments a = {format, inputs, outputs, rows, quantized, weights, bias, x, inputs, 0,
                        memory((int64_t)rows * inputs * 8, 0), 0, out, outputs, 0};
  int64_t most = l->most_rows(NULL, quantized ? 0 : 1, 0, NULL);
  double best = 1e9, preparing = 1e9;
  for (int run = 0; run < 10; run++) {
    double begin = seconds();
    l->prepare(&a, 0, (rows + most - 1) / most, NULL);
    double prepared = seconds();
    for (int i = 0; i < layers; i++) {
      a.units = weights + bytes * i;
      (quantized ? l->quantized : l->floats)(&a, 0, units, NULL);
    }
    double end = (seconds() - prepared) / layers;
    if (end < best) best = end;
    if (prepared - begin < preparing) preparing = prepared - begin;
  }
  printf("%-6s %-28s %4d x %4d, %3d rows: %8.1f us, %5.1f GB/s, %6.1f G operations/s; inputs prepared in %.1f us\n",
         l->name, name, inputs, outputs, rows, best * 1e6, (double)bytes / best * 1e-9,
         2.0 * inputs * outputs * rows / best * 1e-9, preparing * 1e6);
  free(weights), free(bias), free(x), free(out), free(a.prepared);
}

/* Attention of the last `rows` rows after `past` tokens; blocks lie behind each other. */
static void attention(const level *l, const char *name, int type, int maps, int key_heads, int key_dim, int value_heads,
                      int value_dim, int prefix, int past, int rows) {
  int layers = rows == 1 ? 8 : 1, count = 0;
  int64_t blocks = (past + rows + TOKENS - 1) / TOKENS;
  /* As CacheLayout has it. */
  int part = prefix && value_dim < key_dim ? value_dim : key_dim, scales = type == CACHE_Q8 ? TOKENS * 4 : 0;
  int64_t key_head = (int64_t)key_dim * TOKENS * cache_bytes(type) + scales * (part < key_dim ? 2 : 1);
  int64_t value_head = prefix ? key_head : (int64_t)value_dim * TOKENS * cache_bytes(type) + scales;
  int64_t bytes = key_heads * key_head + (prefix ? 0 : value_heads * value_head);
  uint8_t *cache = memory(bytes * blocks * layers, 0x2C), **table = memory(blocks * 8, 0);
  float *queries = memory((int64_t)rows * maps * key_dim * 4, 0), *out = memory((int64_t)rows * maps * value_dim * 4, 0);
  for (int i = 0; i < rows * maps * key_dim; i++) queries[i] = random_float();
  attention_item *items = memory((int64_t)rows * key_heads * (int64_t)sizeof *items, 0);
  int tile = 96 / (maps / key_heads) < 1 ? 1 : 96 / (maps / key_heads); /* AttentionTask.TILE_QUERIES */
  for (int row = 0; row < rows; row += tile) {
    int n = rows - row < tile ? rows - row : tile;
    for (int head = 0; head < key_heads; head++) {
      items[count++] = (attention_item){row, n, past + row, head, 0, (past + row + n - 1) / SPLIT + 1, 0, -1};
    }
  }
  attention_arguments a = {maps, key_heads, key_dim, value_heads, value_dim, prefix, 1 << 30, 0.125,
                           {type, 0, key_head, part, prefix ? 0 : key_heads * key_head, value_head}, queries, (int64_t)maps * key_dim, key_dim, out,
                           (int64_t)maps * value_dim, value_dim, table, items, NULL};
  void *scratch = memory(l->sizes(&a, tile, 0, NULL), 0);
  double best = 1e9;
  for (int run = 0; run < 10; run++) {
    double begin = seconds();
    for (int layer = 0; layer < layers; layer++) {
      for (int64_t i = 0; i < blocks; i++) table[i] = cache + bytes * (layer * blocks + i);
      l->attend(&a, 0, count, scratch);
    }
    double end = (seconds() - begin) / layers;
    if (end < best) best = end;
  }
  double pairs = (double)past * rows + rows * (rows + 1) / 2.0;
  printf("%-6s attention %-18s %s %4d cached, %3d rows: %8.1f us, %5.1f GB/s, %6.1f G operations/s\n", l->name, name,
         type == CACHE_Q8 ? "q8 " : "f16", past, rows, best * 1e6, (double)(bytes * blocks) / best * 1e-9,
         2 * pairs * maps * (key_dim + value_dim) / best * 1e-9);
  free(cache), free(table), free(queries), free(out), free(items), free(scratch);
}

int main(void) {
  for (int i = 0; i < 2; i++) {
    const level *l = &LEVELS[i];
    for (int rows = 1; rows <= 256; rows *= rows < 8 ? 2 : 32) {
      linear(l, "q8, 8-bit inputs", FORMAT_Q8, 1280, 3584, rows, 1);
      linear(l, "q4, 8-bit inputs", FORMAT_Q4, 1280, 3584, rows, 1);
      linear(l, "q4 with minima, 8-bit inputs", FORMAT_Q4_MIN, 1280, 3584, rows, 1);
      linear(l, "q6 (by halves), 8-bit inputs", FORMAT_Q8_HALVES, 1280, 3584, rows, 1);
      linear(l, "q8, f32 inputs", FORMAT_Q8, 1280, 3584, rows, 0);
      linear(l, "q4, f32 inputs", FORMAT_Q4, 1280, 3584, rows, 0);
      linear(l, "bf16", FORMAT_BF16, 1280, 3584, rows, 0);
      linear(l, "f32", FORMAT_F32, 1280, 3584, rows, 0);
    }
    for (int rows = 1; rows <= 64; rows += 63) {
      for (int type = CACHE_F16; type <= CACHE_Q8; type += CACHE_Q8 - CACHE_F16) {
        attention(l, "GTA-1B", type, 5, 1, 64, 1, 128, 0, 4096, rows);
        attention(l, "GQA-1B", type, 20, 5, 64, 5, 64, 0, 4096, rows);
        attention(l, "MLA-500M absorbed", type, 20, 1, 352, 1, 320, 1, 4096, rows);
      }
    }
  }
  return 0;
}
