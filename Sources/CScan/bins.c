#include "columns.h"
#include "levels.h"

// A product that is added to is rounded first, at every level.
#pragma STDC FP_CONTRACT OFF

INLINE int32_t bin_of(int32_t value, const scan_bins *bins) {
  uint32_t place = (uint32_t)value - (uint32_t)bins->lower;
  if (place < bins->length) return bins->table[place];
  return value == INT32_MIN ? bins->unknown : value < bins->lower ? bins->below : bins->above;
}

INLINE void bin_places_loop(const int32_t *values, const int32_t *rows, size_t count, const scan_bins *bins,
                            const int32_t *cells, int32_t stride, int32_t none, int32_t *restrict out) {
  if (!cells) {
    for (size_t i = 0; i < count; i++) out[i] = bin_of(values[rows[i]], bins);
    return;
  }
  for (size_t i = 0; i < count; i++) {
    int32_t place = cells[i] * stride + bin_of(values[rows[i]], bins);
    out[i] = cells[i] < 0 ? none : place;
  }
}

INLINE void regular_places_loop(const double *values, const int32_t *rows, size_t count,
                                const scan_regular_bins *bins, const int32_t *cells, int32_t stride, int32_t none,
                                int32_t *restrict out) {
  const double end = bins->count;
  for (size_t i = 0; i < count; i++) {
    double position = (values[rows[i]] - bins->lower) * bins->per_unit + bins->snap;
    // NaN fails all comparisons.
    int32_t bin = position >= 0 && position < end ? (int32_t)position + 1
                  : position < 0                  ? 0
                  : position >= end               ? bins->above
                                                  : bins->unknown;
    out[i] = !cells ? bin : cells[i] < 0 ? none : cells[i] * stride + bin;
  }
}

INLINE void whole_places_loop(const int64_t *values, const int32_t *rows, size_t count, const scan_whole_bins *bins,
                              const int32_t *cells, int32_t stride, int32_t none, int32_t *restrict out) {
  const double end = bins->count;
  for (size_t i = 0; i < count; i++) {
    int64_t value = values[rows[i]], distance;
    // Numbers at both ends of 64 bits are so far apart that their last digits do not matter.
    int is_far = __builtin_sub_overflow(value, bins->origin, &distance);
    double from = is_far ? (double)value - (double)bins->origin : (double)distance;
    double position = (from - bins->offset) * bins->per_unit + bins->snap;
    int32_t bin = value == INT64_MIN  ? bins->unknown
                  : position < 0      ? 0
                  : position >= end   ? bins->above
                                      : (int32_t)position + 1;
    out[i] = !cells ? bin : cells[i] < 0 ? none : cells[i] * stride + bin;
  }
}

#if defined(__x86_64__)
LOOP_AVX512(void, whole_places,
            (const int64_t *values, const int32_t *rows, size_t count, const scan_whole_bins *bins,
             const int32_t *cells, int32_t stride, int32_t none, int32_t *out),
            (values, rows, count, bins, cells, stride, none, out))

AVX512 static void regular_places_avx512(const double *values, const int32_t *rows, size_t count,
                                         const scan_regular_bins *bins, const int32_t *cells, int32_t stride,
                                         int32_t none, int32_t *restrict out) {
  const __m512d lower = _mm512_set1_pd(bins->lower), per_unit = _mm512_set1_pd(bins->per_unit);
  const __m512d snap = _mm512_set1_pd(bins->snap), end = _mm512_set1_pd(bins->count), zero = _mm512_setzero_pd();
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    __m512d value = _mm512_i32gather_pd(_mm256_loadu_si256((const __m256i *)(rows + i)), values, 8);
    __m512d position = _mm512_add_pd(_mm512_mul_pd(_mm512_sub_pd(value, lower), per_unit), snap);
    __mmask8 below = _mm512_cmp_pd_mask(position, zero, _CMP_LT_OQ);
    __mmask8 above = _mm512_cmp_pd_mask(position, end, _CMP_GE_OQ);
    __mmask8 unknown = _mm512_cmp_pd_mask(position, position, _CMP_UNORD_Q);
    __m256i bin = _mm256_add_epi32(_mm512_cvttpd_epi32(position), _mm256_set1_epi32(1));
    bin = _mm256_mask_mov_epi32(bin, below, _mm256_setzero_si256());
    bin = _mm256_mask_mov_epi32(bin, above, _mm256_set1_epi32(bins->above));
    bin = _mm256_mask_mov_epi32(bin, unknown, _mm256_set1_epi32(bins->unknown));
    if (cells) {
      __m256i cell = _mm256_loadu_si256((const __m256i *)(cells + i));
      bin = _mm256_add_epi32(_mm256_mullo_epi32(cell, _mm256_set1_epi32(stride)), bin);
      bin = _mm256_mask_mov_epi32(bin, _mm256_movepi32_mask(cell), _mm256_set1_epi32(none));
    }
    _mm256_storeu_si256((__m256i *)(out + i), bin);
  }
  regular_places_loop(values, rows + i, count - i, bins, cells ? cells + i : cells, stride, none, out + i);
}

AVX512 static void bin_places_avx512(const int32_t *values, const int32_t *rows, size_t count, const scan_bins *bins,
                                     const int32_t *cells, int32_t stride, int32_t none, int32_t *restrict out) {
  const __m512i lower = _mm512_set1_epi32(bins->lower), length = _mm512_set1_epi32((int)bins->length);
  const __m512i smallest = _mm512_set1_epi32(INT32_MIN);
  const int dense = count > 0 && (size_t)(rows[count - 1] - rows[0]) == count - 1;
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    __m512i value = dense ? _mm512_loadu_si512(values + rows[0] + i)
                          : _mm512_i32gather_epi32(_mm512_loadu_si512(rows + i), values, 4);
    __m512i place = _mm512_sub_epi32(value, lower);
    __m512i bin = _mm512_mask_blend_epi32(_mm512_cmplt_epi32_mask(value, lower), _mm512_set1_epi32(bins->above),
                                          _mm512_set1_epi32(bins->below));
    bin = _mm512_mask_mov_epi32(bin, _mm512_cmpeq_epi32_mask(value, smallest), _mm512_set1_epi32(bins->unknown));
    bin = _mm512_mask_i32gather_epi32(bin, _mm512_cmplt_epu32_mask(place, length), place, bins->table, 4);
    if (cells) {
      __m512i cell = _mm512_loadu_si512(cells + i);
      bin = _mm512_add_epi32(_mm512_mullo_epi32(cell, _mm512_set1_epi32(stride)), bin);
      bin = _mm512_mask_mov_epi32(bin, _mm512_movepi32_mask(cell), _mm512_set1_epi32(none));
    }
    _mm512_storeu_si512(out + i, bin);
  }
  bin_places_loop(values, rows + i, count - i, bins, cells ? cells + i : cells, stride, none, out + i);
}
#endif

VERSIONS(void, bin_places,
         (const int32_t *values, const int32_t *rows, size_t count, const scan_bins *bins, const int32_t *cells,
          int32_t stride, int32_t none, int32_t *out),
         (values, rows, count, bins, cells, stride, none, out))

VERSIONS(void, regular_places,
         (const double *values, const int32_t *rows, size_t count, const scan_regular_bins *bins, const int32_t *cells,
          int32_t stride, int32_t none, int32_t *out),
         (values, rows, count, bins, cells, stride, none, out))

VERSIONS(void, whole_places,
         (const int64_t *values, const int32_t *rows, size_t count, const scan_whole_bins *bins, const int32_t *cells,
          int32_t stride, int32_t none, int32_t *out),
         (values, rows, count, bins, cells, stride, none, out))

void scan_increment(uint64_t *counts, const int32_t *places, size_t count) {
  for (size_t i = 0; i < count; i++) counts[places[i]]++;
}
