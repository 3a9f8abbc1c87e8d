/// Columns of plain numbers out of a run of rows whose field ends are known.
#ifndef HITMON_STRIP_H
#define HITMON_STRIP_H

#include "row.h"

/// The same field of consecutive rows.
typedef struct {
  /// What `ends` counts from. At least 16 bytes of the text lie before it.
  const char *base;
  /// Where the field of the first row ends; one place before, where the field before it (or the row before) ended; and
  /// `stride` places on the same for the next row.
  const uint32_t *ends;
  size_t stride;
} strip;

/// Rows converted at once: their digits, lined up, stay in the first-level cache, and are long written when vector
/// loads read them.
enum { STRIP_ROWS = 64 };

/// Converts `rows` (up to STRIP_ROWS) integers of plain digits, no longer than 16, within `lower` to `upper`. Others
/// make their place in `wrong` nonzero, and their value means nothing. All STRIP_ROWS places of `values` and `wrong`
/// are written. `width` is a hint that belongs to the field: how many digits (0, 8, 16) to be ready for. Gives 0 if
/// none is wrong.
typedef int int32_strip_function(const strip *, size_t rows, int32_t lower, int32_t upper, uint8_t *width,
                                 int32_t *values, uint32_t *wrong);
typedef int int64_strip_function(const strip *, size_t rows, int64_t lower, int64_t upper, uint8_t *width,
                                 int64_t *values, uint32_t *wrong);
/// Converts floats of up to 8 digits before the point and either none or exactly `places` (0 to 8) behind it, with or
/// without a minus sign.
typedef int float_strip_function(const strip *, size_t rows, int places, double *values, uint32_t *wrong);

typedef struct {
  int32_strip_function *int32;
  int64_strip_function *int64;
  float_strip_function *float64;
} strip_functions;

extern const strip_functions strips_portable;
#if defined(__x86_64__)
extern const strip_functions strips_sse, strips_avx2;
#endif

#endif
