/*
 * Attention of rows of one sequence to one key head, for every shape: all queries that share the key head meet a block
 * of the cache in one pass.
 *
 * Queries are numbered map by map, in a map row by row, so that those of one value head are neighbours. Scores are
 * summed over dimensions with lanes over a block's tokens, weighted values over tokens with lanes over dimensions.
 * A stretch of SPAN tokens shares one maximum; its weighted values are summed by themselves before they join those
 * before it (online softmax, arXiv 1805.02867), and so do splits of SPLIT tokens, which may be computed apart. All
 * borders are multiples of the token's position, so a query's result depends neither on the rows beside it nor on who
 * computes which split. Tokens that a query must not see are left out of its sums, not multiplied by zero: what lies
 * there may be no number.
 */
#include "lanes.h"

/* Queries a tile has at most. */
#define TILE_QUERIES 6

/* From so many queries on a block's numbers are widened to f32 once, for all of them. */
#define WIDEN_QUERIES (TILE_QUERIES + 1)

typedef struct {
  const attention_arguments *a;
  const attention_item *item;
  int64_t group;       /* maps that share the key head */
  int64_t queries;     /* group * rows */
  int64_t width;       /* value_dim, rounded up to a whole panel */
  int64_t value_bytes; /* of a cached number */
  float *packed;       /* queries, tile by tile [key_dim][queries of the tile] */
  float *scores;       /* [queries][SPAN], then weights */
  float *span;         /* [queries][width]: the stretch's weighted values */
  float *split;        /* [queries][width]: the split's */
  float *total;        /* [queries][width]: all splits' so far */
  float *sums;         /* [queries][VL]: the split's weights, lane by lane */
  float *largest;      /* [queries] of the split */
  float *correction;   /* [queries] */
  float *total_largest;
  float *total_sum;
  float *wide_keys;   /* [key_dim][TOKENS] */
  float *wide_values; /* [SPAN][width] */
} work;

/* Floats of scratch memory, from a 64-byte border on; where `w` is given, divides it. */
INLINE int64_t layout(const attention_arguments *a, int64_t rows, work *w, float *scratch) {
  int64_t queries = a->maps / a->key_heads * rows;
  int64_t width = rounded_up(a->value_dim, PANEL);
  int64_t sizes[] = {queries * a->key_dim, queries * SPAN,  queries * width,       queries * width,
                     queries * width,      queries * VL,    queries,               queries,
                     queries,              queries,         a->key_dim * TOKENS,   SPAN * width};
  int64_t at = 0;
  float *parts[12];
  for (int i = 0; i < 12; i++) {
    parts[i] = scratch + at;
    at += rounded_up(sizes[i], 16);
  }
  if (w) {
    w->packed = parts[0];
    w->scores = parts[1];
    w->span = parts[2];
    w->split = parts[3];
    w->total = parts[4];
    w->sums = parts[5];
    w->largest = parts[6];
    w->correction = parts[7];
    w->total_largest = parts[8];
    w->total_sum = parts[9];
    w->wide_keys = parts[10];
    w->wide_values = parts[11];
  }
  return at;
}

/*
 * Scores of `queries` queries and a block's tokens. Blocks lie anywhere, so that the processor cannot guess where the
 * next one is: its keys are asked for while these are computed on.
 */
INLINE void scores_of(int type, int queries, const void *keys, const void *next, const float *packed, int64_t key_dim,
                      float scale, float *scores) {
  const int64_t row_bytes = TOKENS * (type == FORMAT_F32 ? 4 : 2);
  /* As many tokens at a time as sums fit into registers. */
  for (int64_t first = 0; first < TOKENS; first += SCORE_VECTORS * VL) {
    vf sums[TILE_QUERIES][SCORE_VECTORS];
#pragma GCC unroll 8
    for (int q = 0; q < queries; q++) {
#pragma GCC unroll 8
      for (int v = 0; v < SCORE_VECTORS; v++) sums[q][v] = vf_set(0.0f);
    }
    for (int64_t d = 0; d < key_dim; d++) {
      for (int64_t line = 0; first == 0 && line < row_bytes; line += 64) {
        __builtin_prefetch((const uint8_t *)next + d * row_bytes + line, 0, 2);
      }
      vf k[SCORE_VECTORS];
#pragma GCC unroll 8
      for (int v = 0; v < SCORE_VECTORS; v++) k[v] = vf_load_as(type, keys, d * TOKENS + first + v * VL);
#pragma GCC unroll 8
      for (int q = 0; q < queries; q++) {
        vf number = vf_set(packed[d * queries + q]);
#pragma GCC unroll 8
        for (int v = 0; v < SCORE_VECTORS; v++) sums[q][v] = vf_fma(number, k[v], sums[q][v]);
      }
    }
#pragma GCC unroll 8
    for (int q = 0; q < queries; q++) {
#pragma GCC unroll 8
      for (int v = 0; v < SCORE_VECTORS; v++) {
        vf_store(scores + q * SPAN + first + v * VL, vf_mul(sums[q][v], vf_set(scale)));
      }
    }
  }
}

/*
 * Adds the weighted values of tokens [0, tokens) to `vectors` vectors of `queries` queries, and asks for those of the
 * next block.
 */
INLINE void values_of(int type, int queries, int vectors, const void *values, const void *next, int64_t value_row,
                      const float *weights, int64_t tokens, float *out, int64_t width) {
  vf sums[TILE_QUERIES][VALUE_VECTORS];
#pragma GCC unroll 8
  for (int q = 0; q < queries; q++) {
#pragma GCC unroll 8
    for (int v = 0; v < vectors; v++) sums[q][v] = vf_load(out + q * width + v * VL);
  }
  const int64_t bytes = type == FORMAT_F32 ? 4 : 2;
  for (int64_t t = 0; t < tokens; t++) {
    for (int64_t line = 0; line < vectors * VL * bytes; line += 64) {
      __builtin_prefetch((const uint8_t *)next + t * value_row * bytes + line, 0, 2);
    }
    vf value[VALUE_VECTORS];
#pragma GCC unroll 8
    for (int v = 0; v < vectors; v++) value[v] = vf_load_as(type, values, t * value_row + v * VL);
#pragma GCC unroll 8
    for (int q = 0; q < queries; q++) {
      vf weight = vf_set(weights[q * SPAN + t]);
#pragma GCC unroll 8
      for (int v = 0; v < vectors; v++) sums[q][v] = vf_fma(weight, value[v], sums[q][v]);
    }
  }
#pragma GCC unroll 8
  for (int q = 0; q < queries; q++) {
#pragma GCC unroll 8
    for (int v = 0; v < vectors; v++) vf_store(out + q * width + v * VL, sums[q][v]);
  }
}

typedef void scores_function(const void *keys, const void *next, const float *packed, int64_t key_dim, float scale,
                             float *scores);
typedef void values_function(const void *values, const void *next, int64_t value_row, const float *weights,
                             int64_t tokens, float *out, int64_t width);

#define TILE_OF(type, n)                                                                                           \
  static void scores_##type##_##n(const void *keys, const void *next, const float *packed, int64_t key_dim,        \
                                  float scale, float *scores) {                                                    \
    scores_of(type, n, keys, next, packed, key_dim, scale, scores);                                                      \
  }                                                                                                                \
  static void values_##type##_##n(const void *values, const void *next, int64_t value_row, const float *weights,   \
                                  int64_t tokens, float *out, int64_t width) {                                     \
    values_of(type, n, VALUE_VECTORS, values, next, value_row, weights, tokens, out, width);                             \
  }                                                                                                                \
  static void value_##type##_##n(const void *values, const void *next, int64_t value_row, const float *weights,    \
                                 int64_t tokens, float *out, int64_t width) {                                      \
    values_of(type, n, 1, values, next, value_row, weights, tokens, out, width);                                         \
  }
#define EACH_QUERIES(of, type) of(type, 1) of(type, 2) of(type, 3) of(type, 4) of(type, 5) of(type, 6)
#define SCORES_NAME(type, n) scores_##type##_##n,
#define VALUES_NAME(type, n) values_##type##_##n,
#define VALUE_NAME(type, n) value_##type##_##n,

EACH_QUERIES(TILE_OF, FORMAT_F32)
EACH_QUERIES(TILE_OF, FORMAT_F16)
EACH_QUERIES(TILE_OF, FORMAT_BF16)

static scores_function *const SCORES[3][TILE_QUERIES] = {
    {EACH_QUERIES(SCORES_NAME, FORMAT_F32)},
    {EACH_QUERIES(SCORES_NAME, FORMAT_F16)},
    {EACH_QUERIES(SCORES_NAME, FORMAT_BF16)}};
static values_function *const VALUES[3][TILE_QUERIES] = {
    {EACH_QUERIES(VALUES_NAME, FORMAT_F32)},
    {EACH_QUERIES(VALUES_NAME, FORMAT_F16)},
    {EACH_QUERIES(VALUES_NAME, FORMAT_BF16)}};
static values_function *const ONE_VALUE[3][TILE_QUERIES] = {
    {EACH_QUERIES(VALUE_NAME, FORMAT_F32)},
    {EACH_QUERIES(VALUE_NAME, FORMAT_F16)},
    {EACH_QUERIES(VALUE_NAME, FORMAT_BF16)}};

/* A tile's first query and its size, where n queries are divided evenly. */
INLINE int64_t tile_begin(int64_t n, int64_t tile) {
  int64_t tiles = (n + TILE_QUERIES - 1) / TILE_QUERIES;
  return n * tile / tiles;
}

/* The positions [from, to) that a row sees. */
INLINE int64_t sees_from(const work *w, int64_t row) { return larger(0, w->item->position + row - w->a->window + 1); }
INLINE int64_t sees_to(const work *w, int64_t row) { return w->item->position + row + 1; }

static void pack_queries(work *w) {
  const attention_arguments *a = w->a;
  int64_t tiles = (w->queries + TILE_QUERIES - 1) / TILE_QUERIES;
  for (int64_t tile = 0; tile < tiles; tile++) {
    int64_t begin = tile_begin(w->queries, tile), n = tile_begin(w->queries, tile + 1) - begin;
    float *out = w->packed + begin * a->key_dim;
    for (int64_t q = 0; q < n; q++) {
      int64_t map = w->item->head * w->group + (begin + q) / w->item->rows;
      int64_t row = w->item->row + (begin + q) % w->item->rows;
      const float *x = a->queries + row * a->query_row + map * a->query_step;
      for (int64_t d = 0; d < a->key_dim; d++) out[d * n + q] = x[d];
    }
  }
}

INLINE void widen_numbers(int type, const uint8_t *from, int64_t count, float *to) {
  int64_t i = 0;
  for (; i + VL <= count; i += VL) vf_store(to + i, vf_load_as(type, from, i));
  if (i < count) {
    /* A number at a time, from a copy: a vector would reach behind the block. */
    uint8_t some[VL * 4] = {0};
    float wide[VL];
    int64_t bytes = type == FORMAT_F32 ? 4 : 2;
    memcpy(some, from + i * bytes, (size_t)((count - i) * bytes));
    vf_store(wide, vf_load_as(type, some, 0));
    memcpy(to + i, wide, (size_t)(count - i) * 4);
  }
}

static void widen(int64_t type, const uint8_t *from, int64_t count, float *to) {
  if (type == FORMAT_F32) {
    widen_numbers(FORMAT_F32, from, count, to);
  } else if (type == FORMAT_F16) {
    widen_numbers(FORMAT_F16, from, count, to);
  } else {
    widen_numbers(FORMAT_BF16, from, count, to);
  }
}

/* The block behind that of a token, or the same one where it is the last. */
INLINE int64_t next_block(const work *w, int64_t token) {
  int64_t last = (w->item->position + w->item->rows - 1) / TOKENS;
  return smaller(token / TOKENS + 1, last);
}

/* Scores of all queries and tokens [from, to) of the stretch that begins at token `begin`. */
static void score_span(work *w, int64_t begin, int64_t from, int64_t to) {
  const attention_arguments *a = w->a;
  int64_t tiles = (w->queries + TILE_QUERIES - 1) / TILE_QUERIES;
  for (int64_t first = from / TOKENS * TOKENS; first < to; first += TOKENS) {
    int64_t offset = a->key_byte + w->item->head * a->key_dim * TOKENS * w->value_bytes;
    const uint8_t *keys = a->blocks[w->item->blocks + first / TOKENS] + offset;
    const uint8_t *next = a->blocks[w->item->blocks + next_block(w, first)] + offset;
    int64_t type = a->type;
    const void *read = keys;
    if (type != FORMAT_F32 && w->queries >= WIDEN_QUERIES) {
      widen(type, keys, a->key_dim * TOKENS, w->wide_keys);
      type = FORMAT_F32;
      read = w->wide_keys;
    }
    for (int64_t tile = 0; tile < tiles; tile++) {
      int64_t q = tile_begin(w->queries, tile), n = tile_begin(w->queries, tile + 1) - q;
      SCORES[type][n - 1](read, next, w->packed + q * a->key_dim, a->key_dim, (float)a->scale,
                          w->scores + q * SPAN + (first - begin));
    }
  }
}

/* Turns a query's scores of tokens [from, to) of the stretch into weights. */
static void weigh(work *w, int64_t q, int64_t from, int64_t to) {
  float *scores = w->scores + q * SPAN;
  int64_t first = from / VL * VL;
  vf most = vf_set(-INFINITY);
  for (int64_t i = first; i < to; i += VL) {
    most = vf_max(most, vf_range(vf_load(scores + i), larger(from - i, 0), smaller(to - i, VL), -INFINITY));
  }
  float before = w->largest[q];
  float largest = vf_largest(most);
  if (before > largest) largest = before;
  w->correction[q] = before == largest ? 1.0f : exp_of(before - largest);
  w->largest[q] = largest;
  vf sum = vf_set(0.0f);
  for (int64_t i = first; i < to; i += VL) {
    vf weight = vf_exp(vf_sub(vf_load(scores + i), vf_set(largest)));
    weight = vf_range(weight, larger(from - i, 0), smaller(to - i, VL), 0.0f);
    vf_store(scores + i, weight);
    sum = vf_add(sum, weight);
  }
  float *sums = w->sums + q * VL;
  vf_store(sums, vf_fma(vf_load(sums), vf_set(w->correction[q]), sum));
}

/* Adds the weighted values of tokens [from, to) of the stretch, of n neighbouring queries of one value head. */
static void weigh_values(work *w, int64_t begin, int64_t value_head, int wide, int64_t q, int64_t n, int64_t from,
                         int64_t to) {
  const attention_arguments *a = w->a;
  int64_t type = wide ? FORMAT_F32 : a->type;
  int64_t value_row = wide ? w->width : a->value_dim;
  int64_t vectors = value_row / VL;
  while (from < to) {
    int64_t end = wide ? to : smaller(to, from / TOKENS * TOKENS + TOKENS);
    int64_t offset = a->value_byte + (value_head * TOKENS + from % TOKENS) * a->value_dim * w->value_bytes;
    const uint8_t *next = a->blocks[w->item->blocks + next_block(w, begin + from)] + offset;
    const uint8_t *values = wide ? (const uint8_t *)(w->wide_values + from * w->width)
                                 : a->blocks[w->item->blocks + (begin + from) / TOKENS] + offset;
    int64_t bytes = type == FORMAT_F32 ? 4 : 2;
    const float *weights = w->scores + q * SPAN + from;
    float *out = w->span + q * w->width;
    int64_t v = 0;
    for (; v + VALUE_VECTORS <= vectors; v += VALUE_VECTORS) {
      VALUES[type][n - 1](values + v * VL * bytes, next + v * VL * bytes, value_row, weights, end - from, out + v * VL, w->width);
    }
    for (; v < vectors; v++) {
      ONE_VALUE[type][n - 1](values + v * VL * bytes, next + v * VL * bytes, value_row, weights, end - from, out + v * VL, w->width);
    }
    from = end;
  }
}

/* The stretch's values in f32, rows padded to whole vectors. */
static void widen_values(work *w, int64_t begin, int64_t value_head, int64_t from, int64_t to) {
  const attention_arguments *a = w->a;
  for (int64_t first = from / TOKENS * TOKENS; first < to; first += TOKENS) {
    const uint8_t *block = a->blocks[w->item->blocks + first / TOKENS];
    int64_t low = larger(from, first), high = smaller(to, first + TOKENS);
    if (a->prefix) {
      float row[TOKENS];
      const uint8_t *keys = block + a->key_byte + value_head * a->key_dim * TOKENS * w->value_bytes;
      for (int64_t d = 0; d < a->value_dim; d++) {
        widen(a->type, keys + d * TOKENS * w->value_bytes, TOKENS, row);
        for (int64_t t = low; t < high; t++) w->wide_values[(t - begin) * w->width + d] = row[t - first];
      }
    } else {
      const uint8_t *values = block + a->value_byte + value_head * TOKENS * a->value_dim * w->value_bytes;
      for (int64_t t = low; t < high; t++) {
        widen(a->type, values + (t - first) * a->value_dim * w->value_bytes, a->value_dim,
              w->wide_values + (t - begin) * w->width);
      }
    }
  }
}

INLINE int64_t value_head_of(const work *w, int64_t q) {
  int64_t map = w->item->head * w->group + q / w->item->rows;
  return map / (w->a->maps / w->a->value_heads);
}

/* Queries [q, end) of one value head and the stretch at `begin`, of which the item's rows see [from, to). */
static void span_values(work *w, int64_t begin, int64_t q, int64_t end, int64_t from, int64_t to) {
  const attention_arguments *a = w->a;
  int64_t head = value_head_of(w, q);
  int wide = a->prefix || a->value_dim % VL != 0 || (a->type != FORMAT_F32 && end - q >= WIDEN_QUERIES);
  if (wide) widen_values(w, begin, head, from, to);
  int64_t count = end - q;
  int64_t tiles = (count + TILE_QUERIES - 1) / TILE_QUERIES;
  for (int64_t tile = 0; tile < tiles; tile++) {
    int64_t first = q + tile_begin(count, tile), last = q + tile_begin(count, tile + 1);
    memset(w->span + first * w->width, 0, (size_t)((last - first) * w->width) * 4);
    int64_t lows[TILE_QUERIES], highs[TILE_QUERIES];
    int64_t low = 0, high = SPAN, lowest = SPAN;
    for (int64_t i = first; i < last; i++) {
      int64_t row = i % w->item->rows;
      lows[i - first] = larger(sees_from(w, row) - begin, 0);
      highs[i - first] = smaller(sees_to(w, row) - begin, SPAN);
      low = larger(low, lows[i - first]);
      lowest = smaller(lowest, lows[i - first]);
      high = smaller(high, highs[i - first]);
    }
    /* What all of the tile see together; the rest, later tokens, each by itself. */
    int together = low == lowest && high > low;
    if (together) weigh_values(w, begin, head, wide, first, last - first, low, high);
    for (int64_t i = first; i < last; i++) {
      int64_t own = together ? high : lows[i - first];
      if (own < highs[i - first]) weigh_values(w, begin, head, wide, i, 1, own, highs[i - first]);
    }
  }
}

static void attend_span(work *w, int64_t begin, int64_t from, int64_t to) {
  score_span(w, begin, from, to);
  for (int64_t q = 0; q < w->queries; q++) {
    int64_t row = q % w->item->rows;
    int64_t low = larger(sees_from(w, row) - begin, 0), high = smaller(sees_to(w, row) - begin, SPAN);
    if (low < high) {
      weigh(w, q, low, high);
    } else {
      w->correction[q] = 1.0f;
    }
  }
  for (int64_t q = 0; q < w->queries;) {
    int64_t end = q + w->item->rows;
    while (end < w->queries && value_head_of(w, end) == value_head_of(w, q)) end += w->item->rows;
    span_values(w, begin, q, end, from, to);
    q = end;
  }
  for (int64_t q = 0; q < w->queries; q++) {
    float *split = w->split + q * w->width;
    const float *span = w->span + q * w->width;
    vf correction = vf_set(w->correction[q]);
    for (int64_t i = 0; i < w->width; i += VL) {
      vf_store(split + i, vf_fma(vf_load(split + i), correction, vf_load(span + i)));
    }
  }
}

/* Adds a split to what came before it: `largest`, `sum` and `values` are the split's. */
INLINE void join(float largest, float sum, const float *values, float *total_largest, float *total_sum,
                 float *total, int64_t width) {
  if (largest == -INFINITY) return; /* The query sees nothing of it. */
  float most = *total_largest > largest ? *total_largest : largest;
  float old = exp_of(*total_largest - most), new = exp_of(largest - most);
  *total_sum = *total_sum * old + sum * new;
  *total_largest = most;
  for (int64_t i = 0; i < width; i += VL) {
    vf before = vf_mul(vf_load(total + i), vf_set(old));
    vf_store(total + i, vf_fma(vf_load(values + i), vf_set(new), before));
  }
}

/* Writes a query's result: its weighted values over its sum of weights. */
INLINE void finish(const work *w, int64_t q, const float *total, float sum) {
  const attention_arguments *a = w->a;
  int64_t map = w->item->head * w->group + q / w->item->rows;
  int64_t row = w->item->row + q % w->item->rows;
  float *out = a->attended + row * a->attended_row + map * a->attended_step;
  for (int64_t i = 0; i < a->value_dim; i += VL) {
    vf v = vf_div(vf_load(total + i), vf_set(sum));
    if (i + VL <= a->value_dim) {
      vf_store(out + i, v);
    } else {
      vf_store_first(out + i, v, a->value_dim - i);
    }
  }
}

INLINE work begin_item(const attention_arguments *a, const attention_item *item, void *scratch) {
  work w;
  w.a = a;
  w.item = item;
  w.group = a->maps / a->key_heads;
  w.queries = w.group * item->rows;
  w.width = rounded_up(a->value_dim, PANEL);
  w.value_bytes = a->type == FORMAT_F32 ? 4 : 2;
  layout(a, item->rows, &w, scratch);
  return w;
}

/* Floats of a query's part in `partials`: its values, largest score and sum of weights. */
INLINE int64_t partial_floats(const attention_arguments *a) { return rounded_up(a->value_dim, PANEL) + PANEL; }

/* Items [from, to). */
GTA_KERNEL(GTA(attend)) {
  const attention_arguments *a = arguments;
  for (int64_t number = from; number < to; number++) {
    const attention_item *item = a->items + number;
    work w = begin_item(a, item, scratch);
    pack_queries(&w);
    /* Where rows are padded, the padding stays 0. */
    if (w.width != a->value_dim) memset(w.wide_values, 0, (size_t)(SPAN * w.width) * 4);
    memset(w.total, 0, (size_t)(w.queries * w.width) * 4);
    for (int64_t q = 0; q < w.queries; q++) {
      w.total_largest[q] = -INFINITY;
      w.total_sum[q] = 0.0f;
    }
    int64_t first = sees_from(&w, 0), last = sees_to(&w, item->rows - 1);
    for (int64_t s = item->first_split; s < item->end_split; s++) {
      int64_t low = larger(first, s * SPLIT), high = smaller(last, (s + 1) * SPLIT);
      memset(w.split, 0, (size_t)(w.queries * w.width) * 4);
      memset(w.sums, 0, (size_t)(w.queries * VL) * 4);
      for (int64_t q = 0; q < w.queries; q++) w.largest[q] = -INFINITY;
      for (int64_t begin = low / SPAN * SPAN; begin < high; begin += SPAN) {
        attend_span(&w, begin, larger(low, begin), smaller(high, begin + SPAN));
      }
      for (int64_t q = 0; q < w.queries; q++) {
        float sum = vf_sum(vf_load(w.sums + q * VL));
        const float *values = w.split + q * w.width;
        if (item->partial < 0) {
          join(w.largest[q], sum, values, w.total_largest + q, w.total_sum + q, w.total + q * w.width, w.width);
        } else {
          float *out = a->partials + (item->partial + q) * partial_floats(a);
          memcpy(out, values, (size_t)w.width * 4);
          out[w.width] = w.largest[q];
          out[w.width + 1] = sum;
        }
      }
    }
    if (item->partial < 0) {
      for (int64_t q = 0; q < w.queries; q++) finish(&w, q, w.total + q * w.width, w.total_sum[q]);
    }
  }
  return 0;
}

/* Joins the splits [first_split, end_split) of items [from, to), whose partial results follow each other. */
GTA_KERNEL(GTA(join)) {
  const attention_arguments *a = arguments;
  for (int64_t number = from; number < to; number++) {
    const attention_item *item = a->items + number;
    work w = begin_item(a, item, scratch);
    for (int64_t q = 0; q < w.queries; q++) {
      float largest = -INFINITY, sum = 0.0f;
      memset(w.total, 0, (size_t)w.width * 4);
      for (int64_t s = 0; s < item->end_split - item->first_split; s++) {
        const float *part = a->partials + (item->partial + s * w.queries + q) * partial_floats(a);
        join(part[w.width], part[w.width + 1], part, &largest, &sum, w.total, w.width);
      }
      finish(&w, q, w.total, sum);
    }
  }
  return 0;
}

/* Bytes of scratch memory for items of `from` rows (0); floats of a query's partial result (`to` = 1). */
GTA_KERNEL(GTA(attention_sizes)) {
  (void)scratch;
  const attention_arguments *a = arguments;
  return to == 1 ? partial_floats(a) : layout(a, from, NULL, NULL) * 4;
}
