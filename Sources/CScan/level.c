#include "scan.h"

static scan_level best_level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("bmi") &&
      __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt"))
    return SCAN_AVX512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2") &&
      __builtin_cpu_supports("popcnt"))
    return SCAN_AVX2;
  if (__builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("popcnt")) return SCAN_SSE;
#endif
  return SCAN_PORTABLE;
}

/// One more than the level; 0 before it was looked up. Several threads may look it up at once: they find the same.
static int chosen;

scan_level scan_current_level(void) {
  int level = __atomic_load_n(&chosen, __ATOMIC_RELAXED);
  return level ? (scan_level)(level - 1) : scan_set_level(SCAN_AVX512);
}

scan_level scan_set_level(scan_level level) {
  scan_level best = best_level();
  if (level > best) level = best;
  __atomic_store_n(&chosen, (int)level + 1, __ATOMIC_RELAXED);
  return level;
}
