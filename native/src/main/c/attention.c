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
#include "attention_tiles.h"

/* From so many queries on a block's numbers are widened to f32 once, for all of them. */
#define WIDEN_QUERIES (TILE_QUERIES + 1)

/*
 * How many blocks ahead keys and values are asked for: narrow heads are done with a block before memory has answered.
 */
#define BLOCKS_AHEAD 2

typedef struct {
  const attention_arguments *a;
  const attention_item *item;
  int64_t group;       /* maps that share the key head */
  int64_t queries;     /* group * rows */
  int64_t width;       /* value_dim, rounded up to a whole panel */
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

/* The block BLOCKS_AHEAD blocks behind that of a token, or the last one. */
INLINE int64_t block_ahead(const work *w, int64_t token) {
  int64_t last = (w->item->position + w->item->rows - 1) / TOKENS;
  return smaller(token / TOKENS + BLOCKS_AHEAD, last);
}

/* Scores of all queries and tokens [from, to) of the stretch that begins at token `begin`. */
static void score_span(work *w, int64_t begin, int64_t from, int64_t to) {
  const attention_arguments *a = w->a;
  const cache_layout *c = &a->cache;
  int64_t tiles = (w->queries + TILE_QUERIES - 1) / TILE_QUERIES;
  int64_t offset = c->key_byte + w->item->head * c->key_head;
  /* Dimensions that share scales: all, or a first part and the rest. */
  int64_t part = c->type == CACHE_Q8 ? c->key_part : a->key_dim;
  for (int64_t first = from / TOKENS * TOKENS; first < to; first += TOKENS) {
    const uint8_t *keys = a->blocks[w->item->blocks + first / TOKENS] + offset;
    const uint8_t *next = a->blocks[w->item->blocks + block_ahead(w, first)] + offset;
    const float *scales = c->type == CACHE_Q8 ? (const float *)(keys + a->key_dim * TOKENS) : NULL;
    int64_t type = c->type;
    const void *read = keys;
    if (scales) ask_for(next + a->key_dim * TOKENS, (part < a->key_dim ? 2 : 1) * TOKENS * 4);
    if (type != CACHE_F32 && w->queries >= WIDEN_QUERIES) {
      widen(type, keys, a->key_dim * TOKENS, w->wide_keys);
      type = CACHE_F32;
      read = w->wide_keys;
    }
    int64_t rest = part * TOKENS * cache_bytes(type), next_row = TOKENS * cache_bytes(c->type);
    for (int64_t tile = 0; tile < tiles; tile++) {
      int64_t q = tile_begin(w->queries, tile), n = tile_begin(w->queries, tile + 1) - q;
      const float *packed = w->packed + q * a->key_dim;
      float *scores = w->scores + q * SPAN + (first - begin);
      SCORES[type][n - 1](read, next, next_row, packed, part, (float)a->scale, scales, 0, scores);
      if (part < a->key_dim) {
        SCORES[type][n - 1]((const uint8_t *)read + rest, next ? next + part * next_row : NULL, next_row,
                            packed + part * n, a->key_dim - part, (float)a->scale, scales + TOKENS, 1, scores);
      }
      next = NULL; /* Once is enough. */
    }
  }
}

INLINE int64_t value_head_of(const work *w, int64_t q) {
  int64_t map = w->item->head * w->group + q / w->item->rows;
  return map / (w->a->maps / w->a->value_heads);
}

/* Where the values of a token's block begin. */
INLINE const uint8_t *values_at(const work *w, int64_t block, int64_t value_head) {
  return w->a->blocks[w->item->blocks + block] + w->a->cache.value_byte + value_head * w->a->cache.value_head;
}

/* What the value of token i of a stretch and the ones behind it are scaled by. */
INLINE vf value_scales(const work *w, int64_t begin, int64_t value_head, int64_t i) {
  const attention_arguments *a = w->a;
  const uint8_t *values = values_at(w, (begin + i) / TOKENS, value_head);
  return vf_load((const float *)(values + (a->prefix ? a->key_dim : a->value_dim) * TOKENS) + i % TOKENS);
}

/*
 * Turns a query's scores of tokens [from, to) of the stretch into weights, in units of the value's scale where the type
 * has those.
 */
INLINE void weigh_tokens(int scaled, work *w, int64_t begin, int64_t q, int64_t from, int64_t to) {
  float *scores = w->scores + q * SPAN;
  int64_t first = from / VL * VL, head = value_head_of(w, q);
  vf most = vf_set(-INFINITY);
  for (int64_t i = first; i < to; i += VL) {
    vf score = vf_load(scores + i);
    int whole = i >= from && i + VL <= to;
    most = vf_max(most, whole ? score : vf_range(score, larger(from - i, 0), smaller(to - i, VL), -INFINITY));
  }
  float before = w->largest[q];
  float largest = vf_largest(most);
  if (before > largest) largest = before;
  w->correction[q] = before == largest ? 1.0f : exp_of(before - largest);
  w->largest[q] = largest;
  vf sum = vf_set(0.0f);
  for (int64_t i = first; i < to; i += VL) {
    vf weight = vf_exp(vf_sub(vf_load(scores + i), vf_set(largest)));
    int whole = i >= from && i + VL <= to;
    if (!whole) weight = vf_range(weight, larger(from - i, 0), smaller(to - i, VL), 0.0f);
    vf_store(scores + i, scaled ? vf_mul(weight, value_scales(w, begin, head, i)) : weight);
    sum = vf_add(sum, weight);
  }
  float *sums = w->sums + q * VL;
  vf_store(sums, vf_fma(vf_load(sums), vf_set(w->correction[q]), sum));
}

/* Most stretches are seen whole: with constant borders nothing is masked. */
static void weigh(work *w, int64_t begin, int64_t q, int64_t from, int64_t to) {
  int whole = from == 0 && to == SPAN;
  if (w->a->cache.type == CACHE_Q8) {
    if (whole) {
      weigh_tokens(1, w, begin, q, 0, SPAN);
    } else {
      weigh_tokens(1, w, begin, q, from, to);
    }
  } else if (whole) {
    weigh_tokens(0, w, begin, q, 0, SPAN);
  } else {
    weigh_tokens(0, w, begin, q, from, to);
  }
}

/*
 * Adds the weighted values of tokens [from, to) of the stretch, of n neighbouring queries of one value head.
 *
 * wide: whether they are in wide_values; ask: whether nobody has asked for the next block's yet
 */
static void weigh_values(work *w, int64_t begin, int64_t value_head, int wide, int ask, int64_t q, int64_t n,
                         int64_t from, int64_t to) {
  const attention_arguments *a = w->a;
  int64_t type = wide ? CACHE_F32 : a->cache.type;
  int64_t value_row = wide ? w->width : a->value_dim;
  int64_t vectors = value_row / VL, bytes = cache_bytes(type);
  while (from < to) {
    int64_t end = wide ? to : smaller(to, from / TOKENS * TOKENS + TOKENS);
    int64_t offset = from % TOKENS * a->value_dim * cache_bytes(a->cache.type);
    const uint8_t *next = values_at(w, block_ahead(w, begin + from), value_head);
    const uint8_t *values = wide ? (const uint8_t *)(w->wide_values + from * w->width)
                                 : values_at(w, (begin + from) / TOKENS, value_head) + offset;
    const float *weights = w->scores + q * SPAN + from;
    float *out = w->span + q * w->width;
    if (type == CACHE_Q8) ask_for(next + a->value_dim * TOKENS, TOKENS * 4);
    next = ask ? next + offset : NULL;
    int64_t v = 0;
    for (; v + VALUE_VECTORS <= vectors; v += VALUE_VECTORS) {
      VALUES[type][n - 1](values + v * VL * bytes, next ? next + v * VL * bytes : NULL, value_row, weights, end - from,
                          out + v * VL, w->width);
    }
    for (; v < vectors; v++) {
      ONE_VALUE[type][n - 1](values + v * VL * bytes, next ? next + v * VL * bytes : NULL, value_row, weights,
                             end - from, out + v * VL, w->width);
    }
    from = end;
  }
}

/* The stretch's values in f32 without their scales, rows padded to whole vectors. */
static void widen_values(work *w, int64_t begin, int64_t value_head, int64_t from, int64_t to) {
  const attention_arguments *a = w->a;
  int64_t type = a->cache.type, bytes = cache_bytes(type);
  for (int64_t first = from / TOKENS * TOKENS; first < to; first += TOKENS) {
    const uint8_t *values = values_at(w, first / TOKENS, value_head);
    int64_t low = larger(from, first), high = smaller(to, first + TOKENS);
    const uint8_t *next = values_at(w, block_ahead(w, first), value_head);
    int64_t row_bytes = a->value_dim * bytes;
    if (a->prefix) {
      float row[TOKENS];
      for (int64_t d = 0; d < a->value_dim; d++) {
        widen(type, values + d * TOKENS * bytes, TOKENS, row);
        for (int64_t t = low; t < high; t++) w->wide_values[(t - begin) * w->width + d] = row[t - first];
      }
    } else {
      if (type == CACHE_Q8) ask_for(next + TOKENS * row_bytes, TOKENS * 4);
      for (int64_t t = low; t < high; t++) {
        ask_for(next + (t - first) * row_bytes, row_bytes);
        widen(type, values + (t - first) * row_bytes, a->value_dim, w->wide_values + (t - begin) * w->width);
      }
    }
  }
}

/* Queries [q, end) of one value head and the stretch at `begin`, of which the item's rows see [from, to). */
static void span_values(work *w, int64_t begin, int64_t q, int64_t end, int64_t from, int64_t to) {
  const attention_arguments *a = w->a;
  int64_t head = value_head_of(w, q);
  int wide = a->prefix || a->value_dim % VL != 0 || (a->cache.type != CACHE_F32 && end - q >= WIDEN_QUERIES);
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
    if (together) weigh_values(w, begin, head, wide, !wide && tile == 0, first, last - first, low, high);
    for (int64_t i = first; i < last; i++) {
      int64_t own = together ? high : lows[i - first];
      if (own < highs[i - first]) weigh_values(w, begin, head, wide, 0, i, 1, own, highs[i - first]);
    }
  }
}

static void attend_span(work *w, int64_t begin, int64_t from, int64_t to) {
  score_span(w, begin, from, to);
  for (int64_t q = 0; q < w->queries; q++) {
    int64_t row = q % w->item->rows;
    int64_t low = larger(sees_from(w, row) - begin, 0), high = smaller(sees_to(w, row) - begin, SPAN);
    if (low < high) {
      weigh(w, begin, q, low, high);
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
    store_some(out + i, vf_div(vf_load(total + i), vf_set(sum)), a->value_dim - i);
  }
}

INLINE work begin_item(const attention_arguments *a, const attention_item *item, void *scratch) {
  work w;
  w.a = a;
  w.item = item;
  w.group = a->maps / a->key_heads;
  w.queries = w.group * item->rows;
  w.width = rounded_up(a->value_dim, PANEL);
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
