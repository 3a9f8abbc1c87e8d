/// Columns of plain numbers out of a run of rows whose field ends are known.
#ifndef HITMON_STRIP_H
#define HITMON_STRIP_H

#include "index.h"
#include "row.h"

/// The same field of consecutive rows.
typedef struct {
  /// What `ends` counts from. At least 16 bytes of the text lie before it.
  const char *base;
  /// Where the field of the first row ends; one place before, where the field before it (or the row before) ended; and
  /// `stride` places on the same for the next row.
  const place *ends;
  size_t stride;
} strip;

/// Rows converted at once: as many as a word has bits. Their digits, lined up, stay in the first-level cache, and are
/// long written when vector loads read them.
enum { STRIP_ROWS = 64 };

// The functions below convert `rows` (up to STRIP_ROWS) fields into `values`, of which all STRIP_ROWS places may be
// written. They give the rows that they could not convert, the lowest bit being the first row; what is written there
// means nothing. `hint` belongs to the field. It begins as 0 and keeps what the field looked like last, which only
// decides what is tried first; fields of rows that have hundreds share them.

/// Converts integers of plain digits, no longer than 16, within `lower` to `upper`.
typedef uint64_t int32_strip_function(const strip *, size_t rows, int32_t lower, int32_t upper, uint8_t *hint,
                                      int32_t *values);
typedef uint64_t int64_strip_function(const strip *, size_t rows, int64_t lower, int64_t upper, uint8_t *hint,
                                      int64_t *values);

/// Converts floats of up to 8 digits before the point and either none or exactly `*hint & HINT_PLACES` (0 to 8) behind
/// it, with or without a minus sign. `single` rounds them to float.
typedef uint64_t float_strip_function(const strip *, size_t rows, int single, uint8_t *hint, double *values);

/// The part of a float's hint that is set by the caller. The rest is the function's own.
enum { HINT_PLACES = 0xF };

/// The bit of a float's hint that says that most fields are no short whole numbers.
enum { HINT_MOSTLY_LONG = 0x10 };

/// How many of `rows` rows, up to the first that does not, have a line end at the `stride`-th place behind their start.
/// `ends[0]` is the place before the first row.
typedef size_t regular_function(const char *base, const place *ends, size_t stride, size_t rows);

/// Writes where `rows` rows start, counted from `first` being the place 0.
typedef void offsets_function(const place *ends, size_t stride, size_t rows, uint32_t first, uint32_t *offsets);

typedef struct {
  int32_strip_function *int32;
  int64_strip_function *int64;
  float_strip_function *float64;
  regular_function *regular;
  offsets_function *offsets;
} strip_functions;

extern const strip_functions strips_portable;
#if defined(__x86_64__)
extern const strip_functions strips_sse, strips_avx2, strips_avx512;

// Parts of strips_avx2 that are made like those of the levels below.
float_strip_function float_any_avx2;
regular_function regular_avx2;
offsets_function offsets_avx2;
#endif

#endif
