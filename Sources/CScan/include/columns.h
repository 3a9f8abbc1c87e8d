#ifndef HITMON_COLUMNS_H
#define HITMON_COLUMNS_H

#include <stddef.h>
#include <stdint.h>

// Loops over some rows of columns: `rows` are numbers of rows, ascending unless it is said otherwise. An unknown value is
// the smallest integer of its lane. Nothing is written behind the `count` values of a result.

/// out[i] = values[rows[i]]; rows in any order.
void scan_gather_int32(const int32_t *values, const int32_t *rows, size_t count, int32_t *out);
void scan_gather_int64(const int64_t *values, const int32_t *rows, size_t count, int64_t *out);

/// out[i] = values[places[i]], where places may lie beyond 2^31, in any order.
void scan_pick_int32(const int32_t *values, const int64_t *places, size_t count, int32_t *out);
void scan_pick_int64(const int64_t *values, const int64_t *places, size_t count, int64_t *out);

/// How many of the rows have an unknown value.
size_t scan_count_unknown(const int32_t *values, const int32_t *rows, size_t count);

typedef struct scan_extent {
  /// INT64_MAX and INT64_MIN where there is no known value.
  int64_t lowest, highest;
  /// Nonzero if any value is unknown.
  int has_unknown;
} scan_extent;

scan_extent scan_extent_of(const int64_t *values, size_t count);

/// The number that a table has for each row's value: table[value - lower]; -1 for an unknown value, and -2 for one that
/// lies outside of the table's `length` entries. Gives the least of 0 and what was written.
int32_t scan_look_up(const int32_t *values, const int32_t *rows, size_t count, const int32_t *table, int32_t lower,
                     uint32_t length, int32_t *out);

/// Entries are numbers of groups times cells: many groups of many cells need more than 32 bits.
/// out[i] = groups[i] * cell_count + cells[i], or -1 where either is below 0.
void scan_entries(const int32_t *groups, const int32_t *cells, size_t count, int32_t cell_count, int64_t *out);

/// Takes such entries, none below 0, apart again.
void scan_split_entries(const int64_t *entries, size_t count, int32_t cell_count, int64_t *groups, int32_t *cells);

/// The place of two integers in a table of all their pairs: (first - lower) * count + (second - lower), `outside` where
/// either is not within its count. For rows 0 to `count`.
typedef struct scan_side {
  const int32_t *values;
  int32_t lower;
  uint32_t count;
} scan_side;

void scan_pair_places(scan_side first, scan_side second, size_t count, int32_t outside, int32_t *out);

// Groups

/// Numbers keys in the order of their first sight: near[key - base] is the number of a key, below 0 for none, which takes
/// the next and is written to keys_by_slot. All keys lie within the table. Gives how many keys there are, `known` of them
/// from before; keys_by_slot has room for one more.
int32_t scan_number_keys(const int64_t *keys, size_t count, int64_t base, int32_t *near, int32_t known,
                         int64_t *keys_by_slot, int32_t *slots);

/// Sets bit (value - lower) of each row's mask, masks[entries[i]], if it has one. An entry of -1 is no mask of any row, but
/// memory that is written.
void scan_mark_bits(const int32_t *values, const int32_t *rows, size_t count, int32_t lower, const int64_t *entries,
                    uint64_t *masks);

/// The numbers of the masks that are not 0, from `first` on; gives how many. `out` has room for one more.
size_t scan_marked(const uint64_t *masks, size_t count, int64_t first, int64_t *out);

/// How many bits each entry's mask has; unknown for an entry of -1, whose memory is read.
void scan_count_bits(const uint64_t *masks, const int64_t *entries, size_t count, int32_t *out);

/// The numbers of the keys with lower <= key < upper, and of the others; gives how many lie inside. Both have room for one
/// more than `count`.
size_t scan_partition(const int64_t *keys, size_t count, int64_t lower, int64_t upper, int32_t *inside,
                      int32_t *outside);

/// Takes rows apart by the flag of their group, flags[slots[i]], or `none` for a slot below 0: 1 are ready, 0 go on
/// waiting, and all others are in neither list. Gives how many are ready. Both lists have room for one more than `count`,
/// and three bytes behind the flags are read.
size_t scan_part(const int32_t *slots, size_t count, const uint8_t *flags, uint8_t none, int32_t *ready,
                 int32_t *waiting, size_t *waiting_count);

// Histograms

/// The bins of integers that a table names.
typedef struct scan_bins {
  const int32_t *table;
  /// What the table begins with, and its length.
  int32_t lower;
  uint32_t length;
  /// The bins of what lies outside, and of unknown values.
  int32_t below, above, unknown;
} scan_bins;

/// The place of each row's value in a histogram: its bin; or cells[i] * stride + bin where `cells` is not NULL, `none` for
/// a row without a cell.
void scan_bin_places(const int32_t *values, const int32_t *rows, size_t count, const scan_bins *bins,
                     const int32_t *cells, int32_t stride, int32_t none, int32_t *out);

/// The bins of numbers, all of one width: bin 1 + floor((value - lower) * per_unit + snap), or 0 where that is below 1, and
/// `above` where it is above `count`; unknown for NaN.
typedef struct scan_regular_bins {
  double lower, per_unit, snap;
  int32_t count;
  int32_t above, unknown;
} scan_regular_bins;

/// The same for numbers, of which a NaN is unknown.
void scan_regular_places(const double *values, const int32_t *rows, size_t count, const scan_regular_bins *bins,
                         const int32_t *cells, int32_t stride, int32_t none, int32_t *out);

/// The same for integers: bin 1 + floor(((value - origin) - offset) * per_unit + snap), of which the difference in brackets is
/// one of integers, so that numbers far from 0 keep their last digits.
typedef struct scan_whole_bins {
  int64_t origin;
  double offset, per_unit, snap;
  int32_t count;
  int32_t above, unknown;
} scan_whole_bins;

void scan_whole_places(const int64_t *values, const int32_t *rows, size_t count, const scan_whole_bins *bins,
                       const int32_t *cells, int32_t stride, int32_t none, int32_t *out);

/// Adds 1 at every place.
void scan_increment(uint64_t *counts, const int32_t *places, size_t count);

#endif
