/* How the rows of a linear layer are divided into tiles: as evenly as can be. A row's result does not depend on it. */
#ifndef TILES_H
#define TILES_H

#include "gta4j.h"

typedef struct {
  int64_t count; /* how many tiles */
  int64_t size;  /* rows of the later ones; the first `more` have one more */
  int64_t more;
} tiles;

INLINE tiles tiles_of(int64_t rows, int64_t most) {
  tiles t;
  t.count = (rows + most - 1) / most;
  t.size = t.count == 0 ? 0 : rows / t.count;
  t.more = t.count == 0 ? 0 : rows % t.count;
  return t;
}
INLINE int64_t tile_first(tiles t, int64_t tile) { return tile * t.size + (tile < t.more ? tile : t.more); }
INLINE int64_t tile_rows(tiles t, int64_t tile) { return t.size + (tile < t.more); }

#endif
