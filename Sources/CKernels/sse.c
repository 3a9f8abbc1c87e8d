#if defined(__x86_64__)
#define LOOPS kernel_loops_sse
#define HAS_ROUNDING
#pragma clang attribute push(__attribute__((target("sse4.2"))), apply_to = function)
#include "loops.inc"
#pragma clang attribute pop
#endif
