#ifndef HITMON_KERNELS_H
#define HITMON_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "kernel_families.h"

// The loops that compute columns of expressions. A column lies in one of four lanes: int32, int64, float64, flag (a
// byte: 0 false, 1 true, 2 unknown). The smallest integer and NaN are unknown too. No loop traps, whatever the values.

/// A value of a lane.
typedef union kernel_value {
  int32_t int32;
  int64_t int64;
  double float64;
  uint8_t flag;
} kernel_value;

/// What a loop computes; kernel_families.h says which there are.
typedef enum kernel_family {
#define KERNEL_FAMILY(name, form) kernel_##name,
  KERNEL_FAMILIES(KERNEL_FAMILY)
#undef KERNEL_FAMILY
  /// How many there are.
  kernel_family_count,
} kernel_family;

/// What the operands of a loop are. Loops of one operand have it in a column.
typedef enum kernel_shape {
  kernel_columns,
  /// The right operand is a constant.
  kernel_right_constant,
  /// The left operand is a constant.
  kernel_left_constant,
} kernel_shape;

/// Where the values of an operand, or of a result, lie. A result may lie where an operand does whose values are as wide.
typedef struct kernel_place {
  /// The number of a column; or, where negative, the complement of the number of a strip: room for the values between
  /// two steps of one program, which are gone when it has run.
  int32_t index;
  /// Bytes a value.
  uint32_t stride;
} kernel_place;

/// The most strips, rows in a strip, and steps that run together.
#define KERNEL_STRIPS 12
#define KERNEL_STRIP_ROWS 1024
#define KERNEL_STEPS 64

/// One loop over columns.
typedef struct kernel_step {
  kernel_family family;
  kernel_shape shape;
  /// Whether operands may be unknown, or results too large; else the loop does not look.
  int careful;
  kernel_place result;
  /// Left, right; what chooses between them.
  kernel_place operands[3];
  /// The constants in the lanes of the operands that they stand for, or as the family says.
  kernel_value constants[2];
  /// Bounds, both included, of the integers that choose.
  int32_t lower, upper;
  /// Values or bits to be looked up in, and how many there are.
  const void *_Nullable table;
  size_t table_count;
} kernel_step;

/// Whether there is such a loop.
int kernel_exists(kernel_family family, kernel_shape shape, int careful);

/// Runs the steps, for the first `count` values of `columns`: `strip_rows` at a time go through all steps before the next
/// ones do, so that what is in between stays in the first-level cache.
void kernel_run(const kernel_step *_Nonnull steps, size_t step_count, void *_Nonnull const *_Nonnull columns,
                size_t count, size_t strip_rows);

/// Which instructions the loops use; every level gives the same results.
typedef enum kernel_level {
  /// Plain C.
  KERNEL_PORTABLE,
  /// SSE4.2 (x86-64).
  KERNEL_SSE,
  /// AVX2 (x86-64).
  KERNEL_AVX2,
  /// AVX-512 with BW, DQ and VL (x86-64).
  KERNEL_AVX512,
} kernel_level;

/// The level in use: at first the best that the processor has.
kernel_level kernel_current_level(void);

/// Chooses `level`, or the best below it that the processor has, for all threads; gives the level chosen. For tests.
kernel_level kernel_set_level(kernel_level level);

#endif
