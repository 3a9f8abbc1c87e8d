#ifndef HITMON_LEVELS_H
#define HITMON_LEVELS_H

#include "scan.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Loops that are written once and compiled for several levels. `name_loop` is the loop; where AVX-512 needs instructions
// that compilers do not find, `name_avx512` is written by hand and the loop is its remainder.

#define INLINE __attribute__((always_inline)) static inline

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2,bmi,bmi2,popcnt")))

/// `name_avx512` as the compiler makes it of the loop.
#define LOOP_AVX512(result, name, parameters, arguments) \
  AVX512 static result name##_avx512 parameters { return name##_loop arguments; }

/// `scan_name`, which takes the version of the current level.
#define VERSIONS(result, name, parameters, arguments)                                     \
  AVX2 static result name##_avx2 parameters { return name##_loop arguments; }             \
  static result name##_portable parameters { return name##_loop arguments; }              \
  result scan_##name parameters {                                                         \
    scan_level level = scan_current_level();                                              \
    if (level >= SCAN_AVX512) return name##_avx512 arguments;                             \
    return level >= SCAN_AVX2 ? name##_avx2 arguments : name##_portable arguments;        \
  }
#else
#define LOOP_AVX512(result, name, parameters, arguments)
#define VERSIONS(result, name, parameters, arguments) \
  result scan_##name parameters { return name##_loop arguments; }
#endif

#endif
