// What the levels share.
#ifndef HITMON_LOOPS_H
#define HITMON_LOOPS_H

#include "kernels.h"

/// Writes `count` values. The result may be an operand whose values are as wide.
typedef void (*kernel_loop)(const kernel_step *step, size_t count, void *result, const void *left, const void *right,
                            const void *chooser);

/// The loops of a family: three shapes, and three that are careful.
#define KERNEL_FORMS 6

extern const kernel_loop kernel_loops_portable[];
#if defined(__x86_64__)
extern const kernel_loop kernel_loops_sse[];
extern const kernel_loop kernel_loops_avx2[];
extern const kernel_loop kernel_loops_avx512[];
#endif

#endif
