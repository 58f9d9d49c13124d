/* What the processor can, memory for weights, and constants. Compiled once, for every processor. */
#if defined(__linux__)
#define _GNU_SOURCE
#endif
#include <sys/mman.h>

#include "gta4j.h"

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

/* Bits of gta_machine; the same as Level's. */
#define HAS_AVX2 1     /* with FMA and F16C */
#define HAS_AVX512 2   /* F, BW, VL, DQ */
#define HAS_VNNI 4
#define HAS_NEON_DOT 16
#define COMPILED_AVX2 256
#define COMPILED_AVX512 512
#define COMPILED_NEON 1024

#if defined(__x86_64__)
/* Which registers the operating system saves: bits 1 and 2 for AVX, 5 to 7 for AVX-512. */
static uint64_t saved_registers(void) {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}

static int64_t features(void) {
  uint32_t a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & 1u << 27)) return 0;
  int fma_f16c = (c & 1u << 12) && (c & 1u << 29) && (c & 1u << 28);
  uint64_t saved = saved_registers();
  if (!fma_f16c || (saved & 6) != 6 || !__get_cpuid_count(7, 0, &a, &b, &c, &d)) return 0;
  int64_t found = 0;
  if (b & 1u << 5) found |= HAS_AVX2;
  uint32_t wanted = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;
  if ((b & wanted) == wanted && (saved & 0xE6) == 0xE6) {
    found |= HAS_AVX512;
    if (c & 1u << 11) found |= HAS_VNNI;
  }
  return found;
}
#elif defined(__aarch64__) && defined(__linux__)
static int64_t features(void) {
  return (getauxval(AT_HWCAP) & 1ul << 20) ? HAS_NEON_DOT : 0; /* HWCAP_ASIMDDP */
}
#elif defined(__aarch64__)
static int64_t features(void) { return HAS_NEON_DOT; /* Every 64-bit Apple processor has it. */ }
#else
static int64_t features(void) { return 0; }
#endif

GTA_KERNEL(gta_machine) {
  (void)arguments;
  (void)from;
  (void)to;
  (void)scratch;
  int64_t found = features();
#ifdef GTA_HAS_avx2
  found |= COMPILED_AVX2;
#endif
#ifdef GTA_HAS_avx512
  found |= COMPILED_AVX512;
#endif
#ifdef GTA_HAS_neon
  found |= COMPILED_NEON;
#endif
  return found;
}

#define HUGE_PAGE ((size_t)2 << 20)

/*
 * Takes `from` bytes, a multiple of 2 MiB, zeroed and in huge pages where the system has some; 0 where there is no
 * memory.
 */
GTA_KERNEL(gta_map) {
  (void)arguments;
  (void)to;
  (void)scratch;
  size_t bytes = (size_t)from;
  uint8_t *all = mmap(NULL, bytes + HUGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (all == MAP_FAILED) return 0;
  uint8_t *begin = (uint8_t *)(((uintptr_t)all + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE);
  if (begin > all) munmap(all, (size_t)(begin - all));
  if (begin < all + HUGE_PAGE) munmap(begin + bytes, (size_t)(all + HUGE_PAGE - begin));
#ifdef MADV_HUGEPAGE
  madvise(begin, bytes, MADV_HUGEPAGE);
#endif
  return (int64_t)(intptr_t)begin;
}

/* Gives `to` bytes at address `from` back. */
GTA_KERNEL(gta_unmap) {
  (void)arguments;
  (void)scratch;
  return munmap((void *)(intptr_t)from, (size_t)to);
}

#define ASKED(constant) \
  if (strcmp(name, #constant) == 0) return constant

/*
 * The constant of the name that `arguments` points to, or -1: Java has the same ones, and LayoutTest compares them.
 * Of some, `from` is a format and `to` a number of inputs.
 */
GTA_KERNEL(gta_constant) {
  (void)scratch;
  const char *name = arguments;
  int format = (int)from;
  ASKED(PANEL);
  ASKED(UNIT);
  ASKED(BLOCK);
  ASKED(HALF);
  ASKED(TOKENS);
  ASKED(SPLIT);
  ASKED(FORMAT_F32);
  ASKED(FORMAT_F16);
  ASKED(FORMAT_BF16);
  ASKED(FORMAT_Q8);
  ASKED(FORMAT_Q8_MIN);
  ASKED(FORMAT_Q8_MIN_WIDE);
  ASKED(FORMAT_Q8_HALVES);
  ASKED(FORMAT_Q4);
  ASKED(FORMAT_Q4_MIN);
  ASKED(FORMAT_Q4_MIN_WIDE);
  ASKED(FORMATS);
  ASKED(format_is_float(format));
  ASKED(format_offset(format));
  ASKED(format_unit_bytes(format, to));
  ASKED(SOURCE_F32);
  ASKED(SOURCE_F16);
  ASKED(SOURCE_BF16);
  ASKED(SOURCE_Q8_0);
  ASKED(SOURCE_Q4_0);
  ASKED(SOURCE_Q4_1);
  ASKED(SOURCE_Q5_0);
  ASKED(SOURCE_Q5_1);
  ASKED(SOURCE_Q4_K);
  ASKED(SOURCE_Q5_K);
  ASKED(SOURCE_Q6_K);
  ASKED(CACHE_F32);
  ASKED(CACHE_F16);
  ASKED(CACHE_BF16);
  ASKED(CACHE_Q8);
  ASKED(CACHE_TYPES);
  ASKED(HAS_AVX2);
  ASKED(HAS_AVX512);
  ASKED(HAS_VNNI);
  ASKED(HAS_NEON_DOT);
  ASKED(COMPILED_AVX2);
  ASKED(COMPILED_AVX512);
  ASKED(COMPILED_NEON);
  if (strcmp(name, "SMALLEST") == 0) {
    float smallest = SMALLEST;
    int32_t bits;
    memcpy(&bits, &smallest, 4);
    return bits;
  }
  return -1;
}
