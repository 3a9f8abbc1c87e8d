#if defined(__x86_64__)
#define LOOPS kernel_loops_avx2
#define HAS_ROUNDING
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#include "loops.inc"
#pragma clang attribute pop
#endif
