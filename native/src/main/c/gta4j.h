/*
 * What the C kernels and org.gta4j.kernels agree on.
 *
 * Every kernel has one signature, GTA_KERNEL: an argument block whose members are all eight bytes wide, the items of
 * work [from, to), and a worker's scratch memory. Java checks every pointer and size before the call; nothing here
 * allocates, keeps a pointer or fails.
 *
 * Shape legend: a panel is PANEL outputs of a linear layer, interleaved; a unit is two panels; a block is BLOCK inputs
 * that share scales.
 */
#ifndef GTA4J_H
#define GTA4J_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PANEL 16
#define UNIT (2 * PANEL)
#define BLOCK 32

/* The name of a function that is compiled once for each level of instructions: gta_linear_avx2, gta_linear_avx512. */
#define GTA_JOIN(name, level) gta_##name##_##level
#define GTA_NAMED(name, level) GTA_JOIN(name, level)
#define GTA(name) GTA_NAMED(name, GTA_LEVEL)

#define GTA_EXPORT __attribute__((visibility("default")))
#define INLINE static inline __attribute__((always_inline))
#define GTA_KERNEL(name) GTA_EXPORT int64_t name(const void *arguments, int64_t from, int64_t to, void *scratch)

/*
 * How a unit lies in memory; the same order as PanelFormat's. Of numbers without scales panel after panel. Of others
 * block after block: both panels' numbers side by side, row after row, then both panels' scales: a block is read in the
 * order in which it lies.
 */
enum format {
  FORMAT_F32,         /* [2][inputs][PANEL] */
  FORMAT_F16,         /* the same */
  FORMAT_BF16,        /* the same */
  FORMAT_Q8,          /* [blocks]: [8][UNIT] times 4 bytes (number + 128), [2][PANEL] scales f16 */
  FORMAT_Q8_MIN,      /* the same numbers, [2]: scales f16, minima f16 */
  FORMAT_Q8_MIN_WIDE, /* the same numbers, [2]: scales f32, minima f32 */
  FORMAT_Q8_HALVES,   /* the same numbers, [2]: scales f32 of inputs 0-15, of inputs 16-31 */
  FORMAT_Q4,          /* [blocks]: [4][UNIT] times 4 bytes: groups 0-3 low, 4-7 high, [2][PANEL] scales f16 */
  FORMAT_Q4_MIN,      /* the same numbers, [2]: scales f16, minima f16 */
  FORMAT_Q4_MIN_WIDE, /* the same numbers, [2]: scales f32, minima f32 */
  FORMATS
};

/* Weights as they lie in a checkpoint; the same order as SourceType's. */
enum source { SOURCE_F32, SOURCE_F16, SOURCE_BF16, SOURCE_Q8_0, SOURCE_Q4_0, SOURCE_Q4_1, SOURCE_Q5_0, SOURCE_Q5_1,
              SOURCE_Q4_K, SOURCE_Q5_K, SOURCE_Q6_K };

INLINE int format_is_float(int format) { return format <= FORMAT_BF16; }
INLINE int format_is_q4(int format) { return format >= FORMAT_Q4; }
INLINE int format_has_min(int format) {
  return format == FORMAT_Q8_MIN || format == FORMAT_Q8_MIN_WIDE || format == FORMAT_Q4_MIN ||
         format == FORMAT_Q4_MIN_WIDE;
}
INLINE int format_is_wide(int format) {
  return format == FORMAT_Q8_MIN_WIDE || format == FORMAT_Q8_HALVES || format == FORMAT_Q4_MIN_WIDE;
}
/* What is subtracted from the unsigned numbers of a block. */
INLINE int format_offset(int format) {
  return format == FORMAT_Q4 ? 8 : format_is_q4(format) ? 0 : 128;
}
/* Of a block of both panels. */
INLINE int64_t format_number_bytes(int format) { return format_is_q4(format) ? UNIT * BLOCK / 2 : UNIT * BLOCK; }
/* A row of numbers: four inputs of every output. */
#define NUMBER_ROW (UNIT * 4)
INLINE int64_t format_scale_bytes(int format) { return format_is_wide(format) ? PANEL * 4 : PANEL * 2; }
/* Of scales and minima a block. */
INLINE int64_t format_scales_bytes(int format) {
  return (format_has_min(format) || format == FORMAT_Q8_HALVES ? 2 : 1) * format_scale_bytes(format);
}
/* Of a block of both panels: whole vectors, so that all numbers are aligned. */
INLINE int64_t format_block_bytes(int format) {
  return format_number_bytes(format) + UNIT / PANEL * format_scales_bytes(format);
}
/* Where a panel's scales are, from its unit's block on. */
INLINE int64_t format_scales_at(int format, int64_t panel) {
  return format_number_bytes(format) + panel * format_scales_bytes(format);
}
INLINE int64_t format_unit_bytes(int format, int64_t inputs) {
  int64_t bytes = format == FORMAT_F32        ? UNIT * inputs * 4
                  : format_is_float(format) ? UNIT * inputs * 2
                                            : inputs / BLOCK * format_block_bytes(format);
  return (bytes + 63) / 64 * 64;
}

/* Inputs that share a scale when they are quantized: half a block, as models have single inputs that are far larger. */
#define HALF (BLOCK / 2)

/* Numbers in 8 bits: the inverse of a smaller largest one would be infinite, so all that share its scale are 0. */
#define SMALLEST 1e-35f

/* BLOCK inputs of one row, quantized for integer dot products. */
typedef struct {
  int8_t q[BLOCK];
  int32_t start[2]; /* of each half: -offset * sum of q */
  float scale[2];   /* of each half */
  float sum;        /* both halves' scale * sum of q, for minima */
} x_block;

/* A linear layer, or one for each head. Work is numbered head by head: its units, or its tiles of rows. */
typedef struct {
  int64_t format;
  int64_t inputs;
  int64_t outputs;
  int64_t rows;
  int64_t quantized;        /* whether x is prepared as x_block */
  const uint8_t *units;     /* a whole number a head */
  const float *bias;        /* for a whole number of units, the same for all heads */
  const float *x;           /* rows of inputs as they came */
  int64_t x_row;            /* floats from row to row */
  int64_t x_head;           /* floats from head to head */
  uint8_t *prepared;        /* what gta_prepare makes of them; for one row of floats, the row itself */
  int64_t prepared_head;    /* bytes from head to head */
  float *out;
  int64_t out_row;
  int64_t out_head;
} linear_arguments;

typedef struct {
  int64_t source;
  int64_t format;
  int64_t inputs;
  int64_t outputs;
  int64_t row_bytes;
  const uint8_t *rows; /* row 0 */
  uint8_t *units;
} pack_arguments;

typedef struct {
  int64_t source;
  int64_t columns;
  int64_t row_bytes;
  const uint8_t *table;
  const int32_t *ids;
  float *out;
  int64_t out_row;
} embed_arguments;

/* Operations on heads of rows; which members count is said at each. */
typedef struct {
  int64_t heads;
  int64_t width;
  const float *x;
  int64_t x_row;
  int64_t x_step;
  float *out;
  int64_t out_row;
  int64_t out_step;
  const float *first; /* weight, cosine */
  int64_t first_row;
  const float *second; /* sine */
  int64_t second_row;
  int64_t count; /* heads of x where out has others */
  double number; /* epsilon */
} head_arguments;

/* Tokens a block of the cache, a stretch that shares one maximum, a part that is reduced by itself. */
#define TOKENS 32
#define SPAN 128
#define SPLIT 512

/* What numbers are cached as; the same order as Java's CacheType. */
enum cache_type { CACHE_F32, CACHE_F16, CACHE_BF16, CACHE_Q8, CACHE_TYPES };

INLINE int64_t cache_bytes(int64_t type) { return type == CACHE_F32 ? 4 : type == CACHE_Q8 ? 1 : 2; }

/*
 * Where a layer's keys and values lie in a block: heads one behind the other, each its numbers, then its scales where
 * the type has some: f32, [parts][TOKENS]. Keys are [key_dim][TOKENS], values [TOKENS][value_dim].
 */
typedef struct {
  int64_t type;
  int64_t key_byte;   /* of key head 0 */
  int64_t key_head;   /* bytes from head to head */
  int64_t key_part;   /* dimensions of a key that share the first scale; the rest have another */
  int64_t value_byte; /* of value head 0; of key head 0 where values are part of the keys */
  int64_t value_head;
} cache_layout;

/* Rows of one sequence that meet one key head. */
typedef struct {
  int32_t row;         /* the first */
  int32_t rows;
  int32_t position;    /* of the first row */
  int32_t head;        /* the key head */
  int32_t first_split; /* of SPLIT tokens */
  int32_t end_split;
  int32_t blocks;      /* where the sequence's blocks begin in the table */
  int32_t partial;     /* where its queries' partial results go; -1: all splits are here, write the result */
} attention_item;

typedef struct {
  int64_t maps;
  int64_t key_heads;
  int64_t key_dim;
  int64_t value_heads;
  int64_t value_dim;
  int64_t prefix;     /* whether value rows are the first part of key rows */
  int64_t window;     /* tokens a query sees, its own among them */
  double scale;
  cache_layout cache;
  const float *queries;
  int64_t query_row;
  int64_t query_step;
  float *attended;
  int64_t attended_row;
  int64_t attended_step;
  uint8_t *const *blocks;
  const attention_item *items;
  float *partials;
} attention_arguments;

typedef struct {
  int64_t key_heads;
  int64_t key_dim;
  int64_t value_heads; /* 0 where values are part of the keys */
  int64_t value_dim;
  cache_layout cache;
  const float *keys;
  int64_t key_row;
  int64_t key_step;
  const float *values;
  int64_t value_row;
  int64_t value_step;
  uint8_t *const *blocks;
  const attention_item *items; /* row, rows, position and blocks count */
} store_arguments;

/* Sizes that Java has as constants of its own: the compiler holds C to them, LayoutTest holds Java to them. */
#define IN_JAVA(constant, number, type, bytes) \
  _Static_assert(sizeof(type) == (number) * (bytes), "not as in Java's " constant)
IN_JAVA("LinearTask.BLOCK_BYTES", 52, x_block, 1);
IN_JAVA("CacheBlocks.ITEM_BYTES", 32, attention_item, 1);
IN_JAVA("LinearTask.MEMBERS", 15, linear_arguments, 8);
IN_JAVA("Packing.MEMBERS", 7, pack_arguments, 8);
IN_JAVA("EmbedTask.MEMBERS", 7, embed_arguments, 8);
IN_JAVA("RowTask.MEMBERS", 14, head_arguments, 8);
IN_JAVA("AttentionTask.MEMBERS", 23, attention_arguments, 8);
IN_JAVA("StoreTask.MEMBERS", 18, store_arguments, 8);

#endif
