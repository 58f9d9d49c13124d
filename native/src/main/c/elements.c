/* Operations on the elements and heads of rows. Items are rows. */
#include "lanes.h"

/* first: the weight; number: epsilon. */
GTA_KERNEL(GTA(rms_norm)) {
  (void)scratch;
  const head_arguments *a = arguments;
  for (int64_t row = from; row < to; row++) {
    for (int64_t h = 0; h < a->heads; h++) {
      const float *x = a->x + row * a->x_row + h * a->x_step;
      float *out = a->out + row * a->out_row + h * a->out_step;
      vf squares = vf_set(0.0f);
      for (int64_t i = 0; i < a->width; i += VL) {
        vf v = load_some(x + i, a->width - i);
        squares = vf_fma(v, v, squares);
      }
      vf scale = vf_set(1.0f / sqrtf(vf_sum(squares) / (float)a->width + (float)a->number));
      for (int64_t i = 0; i < a->width; i += VL) {
        int64_t n = a->width - i;
        store_some(out + i, vf_mul(vf_mul(load_some(x + i, n), scale), load_some(a->first + i, n)), n);
      }
    }
  }
  return 0;
}

/*
 * first: cosines, second: sines, width: pairs; number: 0 where numbers i and i + width are turned together, else 2 i
 * and 2 i + 1.
 */
GTA_KERNEL(GTA(rotate)) {
  (void)scratch;
  const head_arguments *a = arguments;
  for (int64_t row = from; row < to; row++) {
    const float *cosine = a->first + row * a->first_row;
    const float *sine = a->second + row * a->second_row;
    for (int64_t h = 0; h < a->heads; h++) {
      float *x = a->out + row * a->out_row + h * a->out_step;
      if (a->number == 0) {
        for (int64_t i = 0; i < a->width; i += VL) {
          int64_t n = a->width - i;
          vf c = load_some(cosine + i, n), s = load_some(sine + i, n);
          vf first = load_some(x + i, n), second = load_some(x + a->width + i, n);
          store_some(x + i, vf_sub(vf_mul(first, c), vf_mul(second, s)), n);
          store_some(x + a->width + i, vf_fma(first, s, vf_mul(second, c)), n);
        }
      } else {
        for (int64_t i = 0; i < a->width; i++) {
          float first = x[2 * i], second = x[2 * i + 1];
          x[2 * i] = first * cosine[i] - second * sine[i];
          x[2 * i + 1] = first * sine[i] + second * cosine[i];
        }
      }
    }
  }
  return 0;
}

/* count: heads of x. */
GTA_KERNEL(GTA(copy_heads)) {
  (void)scratch;
  const head_arguments *a = arguments;
  for (int64_t row = from; row < to; row++) {
    for (int64_t h = 0; h < a->heads; h++) {
      memcpy(a->out + row * a->out_row + h * a->out_step, a->x + row * a->x_row + h * a->count / a->heads * a->x_step,
             (size_t)a->width * 4);
    }
  }
  return 0;
}

/* out += x */
GTA_KERNEL(GTA(add)) {
  (void)scratch;
  const head_arguments *a = arguments;
  for (int64_t row = from; row < to; row++) {
    const float *x = a->x + row * a->x_row;
    float *out = a->out + row * a->out_row;
    for (int64_t i = 0; i < a->width; i += VL) {
      int64_t n = a->width - i;
      store_some(out + i, vf_add(load_some(out + i, n), load_some(x + i, n)), n);
    }
  }
  return 0;
}

/* out = out * sigmoid(out) * x */
GTA_KERNEL(GTA(swi_glu)) {
  (void)scratch;
  const head_arguments *a = arguments;
  for (int64_t row = from; row < to; row++) {
    const float *x = a->x + row * a->x_row;
    float *out = a->out + row * a->out_row;
    for (int64_t i = 0; i < a->width; i += VL) {
      int64_t n = a->width - i;
      vf gate = load_some(out + i, n);
      store_some(out + i, vf_mul(vf_mul(gate, vf_sigmoid(gate)), load_some(x + i, n)), n);
    }
  }
  return 0;
}

/* out = out * sigmoid(x) */
GTA_KERNEL(GTA(sigmoid_gate)) {
  (void)scratch;
  const head_arguments *a = arguments;
  for (int64_t row = from; row < to; row++) {
    const float *x = a->x + row * a->x_row;
    float *out = a->out + row * a->out_row;
    for (int64_t i = 0; i < a->width; i += VL) {
      int64_t n = a->width - i;
      store_some(out + i, vf_mul(load_some(out + i, n), vf_sigmoid(load_some(x + i, n))), n);
    }
  }
  return 0;
}

/* The sum of the 64-bit words at addresses [from, to), a multiple of 512 bytes: how fast memory can be read. */
GTA_KERNEL(GTA(read)) {
  (void)arguments;
  (void)scratch;
  typedef uint64_t words __attribute__((vector_size(64)));
  words sums[8] = {{0}};
  for (const uint8_t *at = (const uint8_t *)(intptr_t)from; at < (const uint8_t *)(intptr_t)to; at += 512) {
    for (int i = 0; i < 8; i++) {
      __builtin_prefetch(at + 64 * i + 4096);
      sums[i] += *(const words *)(at + 64 * i);
    }
  }
  words sum = ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
  uint64_t all = 0;
  for (int i = 0; i < 8; i++) all += sum[i];
  return (int64_t)all;
}
