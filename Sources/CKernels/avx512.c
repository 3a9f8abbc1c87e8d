#if defined(__x86_64__)
#define LOOPS kernel_loops_avx512
#define HAS_ROUNDING
// 64-bit integers and floats are turned into each other by one instruction for a vector of them.
#define HAS_LONG_CONVERSIONS
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl"))), apply_to = function)
#include "loops.inc"
#pragma clang attribute pop
#endif
