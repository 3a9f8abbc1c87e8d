#include "columns.h"
#include "levels.h"

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

#if defined(__x86_64__)
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

void scan_increment(uint64_t *counts, const int32_t *places, size_t count) {
  for (size_t i = 0; i < count; i++) counts[places[i]]++;
}
