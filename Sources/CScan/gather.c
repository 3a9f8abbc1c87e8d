#include "columns.h"
#include "levels.h"

#include <string.h>

/// Whether ascending rows follow each other without a gap: then they need no gathering.
INLINE int are_dense(const int32_t *rows, size_t count) {
  return count > 0 && (size_t)(rows[count - 1] - rows[0]) == count - 1;
}

INLINE void gather_int32_loop(const int32_t *values, const int32_t *rows, size_t count, int32_t *out) {
  for (size_t i = 0; i < count; i++) out[i] = values[rows[i]];
}

INLINE void gather_int64_loop(const int64_t *values, const int32_t *rows, size_t count, int64_t *out) {
  for (size_t i = 0; i < count; i++) out[i] = values[rows[i]];
}

INLINE void pick_int32_loop(const int32_t *values, const int64_t *places, size_t count, int32_t *out) {
  for (size_t i = 0; i < count; i++) out[i] = values[places[i]];
}

INLINE void pick_int64_loop(const int64_t *values, const int64_t *places, size_t count, int64_t *out) {
  for (size_t i = 0; i < count; i++) out[i] = values[places[i]];
}

INLINE size_t count_unknown_loop(const int32_t *values, const int32_t *rows, size_t count) {
  size_t found = 0;
  if (are_dense(rows, count)) {
    for (size_t i = 0; i < count; i++) found += values[rows[0] + i] == INT32_MIN;
  } else {
    for (size_t i = 0; i < count; i++) found += values[rows[i]] == INT32_MIN;
  }
  return found;
}

INLINE scan_extent extent_of_loop(const int64_t *values, size_t count) {
  int64_t lowest = INT64_MAX, least = INT64_MAX, highest = INT64_MIN;
  for (size_t i = 0; i < count; i++) {
    int64_t value = values[i], known = value == INT64_MIN ? INT64_MAX : value;
    least = value < least ? value : least;
    lowest = known < lowest ? known : lowest;
    highest = value > highest ? value : highest;
  }
  return (scan_extent){lowest, highest, least == INT64_MIN};
}

INLINE int32_t look_up_loop(const int32_t *values, const int32_t *rows, size_t count, const int32_t *table,
                            int32_t lower, uint32_t length, int32_t *out) {
  int32_t least = 0;
  for (size_t i = 0; i < count; i++) {
    int32_t value = values[rows[i]];
    uint32_t place = (uint32_t)value - (uint32_t)lower;
    int32_t number = place < length ? table[place] : value == INT32_MIN ? -1 : -2;
    out[i] = number;
    least = number < least ? number : least;
  }
  return least;
}

INLINE void entries_loop(const int32_t *groups, const int32_t *cells, size_t count, int32_t cell_count,
                         int64_t *restrict out) {
  for (size_t i = 0; i < count; i++) {
    // Of numbers below 2^31, so that neither the product nor the sum runs over.
    uint64_t entry = (uint64_t)(uint32_t)groups[i] * (uint32_t)cell_count + (uint32_t)cells[i];
    // The sign bit of either says that there is none.
    out[i] = (groups[i] | cells[i]) < 0 ? -1 : (int64_t)entry;
  }
}

INLINE void split_entries_loop(const int64_t *entries, size_t count, int32_t cell_count, int64_t *restrict groups,
                               int32_t *restrict cells) {
  // Doubles hold both exactly (an entry is below 2^31 times 256, the most cells of a group), and a quotient of such integers
  // never rounds up to the next one. An integer below 2^52 is the mantissa of 2^52 and itself: AVX2 has no conversion.
  for (size_t i = 0; i < count; i++) {
    uint64_t bits = (uint64_t)entries[i] | UINT64_C(0x4330000000000000);
    double entry;
    memcpy(&entry, &bits, sizeof entry);
    int32_t group = (int32_t)((entry - 0x1p52) / (double)cell_count);
    groups[i] = group;
    cells[i] = (int32_t)((uint64_t)entries[i] - (uint64_t)(uint32_t)group * (uint32_t)cell_count);
  }
}

INLINE void pair_places_loop(scan_side first, scan_side second, size_t count, int32_t outside, int32_t *restrict out) {
  for (size_t i = 0; i < count; i++) {
    uint32_t a = (uint32_t)first.values[i] - (uint32_t)first.lower;
    uint32_t b = (uint32_t)second.values[i] - (uint32_t)second.lower;
    int32_t place = (int32_t)(a * second.count + b);
    out[i] = ((a < first.count) & (b < second.count)) != 0 ? place : outside;
  }
}

#if defined(__x86_64__)
AVX512 static void gather_int32_avx512(const int32_t *values, const int32_t *rows, size_t count, int32_t *out) {
  size_t i = 0;
  for (; i + 16 <= count; i += 16)
    _mm512_storeu_si512(out + i, _mm512_i32gather_epi32(_mm512_loadu_si512(rows + i), values, 4));
  gather_int32_loop(values, rows + i, count - i, out + i);
}

AVX512 static void gather_int64_avx512(const int64_t *values, const int32_t *rows, size_t count, int64_t *out) {
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    __m256i numbers = _mm256_loadu_si256((const __m256i *)(rows + i));
    _mm512_storeu_si512(out + i, _mm512_i32gather_epi64(numbers, values, 8));
  }
  gather_int64_loop(values, rows + i, count - i, out + i);
}

AVX512 static void pick_int32_avx512(const int32_t *values, const int64_t *places, size_t count, int32_t *out) {
  size_t i = 0;
  for (; i + 8 <= count; i += 8)
    _mm256_storeu_si256((__m256i *)(out + i), _mm512_i64gather_epi32(_mm512_loadu_si512(places + i), values, 4));
  pick_int32_loop(values, places + i, count - i, out + i);
}

AVX512 static void pick_int64_avx512(const int64_t *values, const int64_t *places, size_t count, int64_t *out) {
  size_t i = 0;
  for (; i + 8 <= count; i += 8)
    _mm512_storeu_si512(out + i, _mm512_i64gather_epi64(_mm512_loadu_si512(places + i), values, 8));
  pick_int64_loop(values, places + i, count - i, out + i);
}

AVX512 static int32_t look_up_avx512(const int32_t *values, const int32_t *rows, size_t count, const int32_t *table,
                                     int32_t lower, uint32_t length, int32_t *out) {
  const __m512i first = _mm512_set1_epi32(lower), end = _mm512_set1_epi32((int)length);
  const __m512i unknown = _mm512_set1_epi32(INT32_MIN);
  // A table of up to 16 entries is a register.
  const __m512i small = _mm512_maskz_loadu_epi32((__mmask16)((1u << (length < 16 ? length : 16)) - 1), table);
  const int dense = are_dense(rows, count);
  __m512i least = _mm512_setzero_si512();
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    __m512i value = dense ? _mm512_loadu_si512(values + rows[0] + i)
                          : _mm512_i32gather_epi32(_mm512_loadu_si512(rows + i), values, 4);
    __m512i place = _mm512_sub_epi32(value, first);
    __mmask16 inside = _mm512_cmplt_epu32_mask(place, end);
    __mmask16 is_unknown = _mm512_cmpeq_epi32_mask(value, unknown);
    __m512i number = _mm512_mask_blend_epi32(is_unknown, _mm512_set1_epi32(-2), _mm512_set1_epi32(-1));
    number = length <= 16 ? _mm512_mask_permutexvar_epi32(number, inside, place, small)
                          : _mm512_mask_i32gather_epi32(number, inside, place, table, 4);
    least = _mm512_min_epi32(least, number);
    _mm512_storeu_si512(out + i, number);
  }
  int32_t lowest = _mm512_reduce_min_epi32(least);
  int32_t rest = look_up_loop(values, rows + i, count - i, table, lower, length, out + i);
  return rest < lowest ? rest : lowest;
}
#endif

LOOP_AVX512(size_t, count_unknown, (const int32_t *values, const int32_t *rows, size_t count), (values, rows, count))
LOOP_AVX512(scan_extent, extent_of, (const int64_t *values, size_t count), (values, count))
LOOP_AVX512(void, entries,
            (const int32_t *groups, const int32_t *cells, size_t count, int32_t cell_count, int64_t *out),
            (groups, cells, count, cell_count, out))
LOOP_AVX512(void, split_entries,
            (const int64_t *entries, size_t count, int32_t cell_count, int64_t *groups, int32_t *cells),
            (entries, count, cell_count, groups, cells))
LOOP_AVX512(void, pair_places, (scan_side first, scan_side second, size_t count, int32_t outside, int32_t *out),
            (first, second, count, outside, out))

VERSIONS(void, gather_int32, (const int32_t *values, const int32_t *rows, size_t count, int32_t *out),
         (values, rows, count, out))
VERSIONS(void, gather_int64, (const int64_t *values, const int32_t *rows, size_t count, int64_t *out),
         (values, rows, count, out))
VERSIONS(void, pick_int32, (const int32_t *values, const int64_t *places, size_t count, int32_t *out),
         (values, places, count, out))
VERSIONS(void, pick_int64, (const int64_t *values, const int64_t *places, size_t count, int64_t *out),
         (values, places, count, out))
VERSIONS(size_t, count_unknown, (const int32_t *values, const int32_t *rows, size_t count), (values, rows, count))
VERSIONS(scan_extent, extent_of, (const int64_t *values, size_t count), (values, count))
VERSIONS(int32_t, look_up,
         (const int32_t *values, const int32_t *rows, size_t count, const int32_t *table, int32_t lower,
          uint32_t length, int32_t *out),
         (values, rows, count, table, lower, length, out))
VERSIONS(void, entries, (const int32_t *groups, const int32_t *cells, size_t count, int32_t cell_count, int64_t *out),
         (groups, cells, count, cell_count, out))
VERSIONS(void, split_entries,
         (const int64_t *entries, size_t count, int32_t cell_count, int64_t *groups, int32_t *cells),
         (entries, count, cell_count, groups, cells))
VERSIONS(void, pair_places, (scan_side first, scan_side second, size_t count, int32_t outside, int32_t *out),
         (first, second, count, outside, out))
