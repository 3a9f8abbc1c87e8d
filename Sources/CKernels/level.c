#include "kernels.h"

static kernel_level best_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    return KERNEL_AVX512;
  if (__builtin_cpu_supports("avx2")) return KERNEL_AVX2;
  if (__builtin_cpu_supports("sse4.2")) return KERNEL_SSE;
#endif
  return KERNEL_PORTABLE;
}

/// One more than the level; 0 before it was looked up. Several threads may look it up at once: they find the same.
static int chosen;

kernel_level kernel_current_level(void) {
  int level = __atomic_load_n(&chosen, __ATOMIC_RELAXED);
  return level ? (kernel_level)(level - 1) : kernel_set_level(KERNEL_AVX512);
}

kernel_level kernel_set_level(kernel_level level) {
  kernel_level best = best_level();
  if (level > best) level = best;
  __atomic_store_n(&chosen, (int)level + 1, __ATOMIC_RELAXED);
  return level;
}
