#include "scan.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/// Adds the numbers of the rows from `first` on; gives how many there are then. Writes at most one entry a row, and no
/// entry behind the row's own number.
static size_t select_rows(const uint8_t *flags, size_t first, size_t count, int keep, int32_t *rows, size_t found) {
  for (size_t row = first; row < count; row++) {
    // Written always and counted only if it holds: no branch to mispredict.
    rows[found] = (int32_t)row;
    found += (flags[row] == 1) == (keep != 0);
  }
  return found;
}

#if defined(__x86_64__)
__attribute__((target("avx2,bmi,bmi2,popcnt"))) static size_t select_avx2(
    const uint8_t *flags, size_t count, int keep, int32_t *rows) {
  const __m128i ones = _mm_set1_epi8(1);
  unsigned flip = keep ? 0 : 0xFFFF;
  size_t found = 0, row = 0;
  for (; row + 16 <= count; row += 16) {
    __m128i block = _mm_loadu_si128((const __m128i *)(flags + row));
    unsigned kept = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(block, ones)) ^ flip;
    for (int half = 0; half < 2; half++) {
      unsigned mask = kept >> (8 * half) & 0xFF;
      // Each bit becomes a byte; the numbers of the bytes that are set move together.
      uint64_t bytes = _pdep_u64(mask, UINT64_C(0x0101010101010101)) * 0xFF;
      uint64_t packed = _pext_u64(UINT64_C(0x0706050403020100), bytes);
      __m256i numbers = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128((long long)packed));
      numbers = _mm256_add_epi32(numbers, _mm256_set1_epi32((int)row + 8 * half));
      _mm256_storeu_si256((__m256i *)(rows + found), numbers);
      found += (size_t)_mm_popcnt_u32(mask);
    }
  }
  return select_rows(flags, row, count, keep, rows, found);
}

__attribute__((target("avx512f,avx512bw,avx512vl,popcnt"))) static size_t select_avx512(
    const uint8_t *flags, size_t count, int keep, int32_t *rows) {
  const __m128i ones = _mm_set1_epi8(1);
  const __m512i ascending = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  __mmask16 flip = keep ? 0 : 0xFFFF;
  size_t found = 0, row = 0;
  for (; row + 16 <= count; row += 16) {
    __m128i block = _mm_loadu_si128((const __m128i *)(flags + row));
    __mmask16 kept = _mm_cmpeq_epi8_mask(block, ones) ^ flip;
    __m512i numbers = _mm512_add_epi32(ascending, _mm512_set1_epi32((int)row));
    _mm512_storeu_si512(rows + found, _mm512_maskz_compress_epi32(kept, numbers));
    found += (size_t)_mm_popcnt_u32(kept);
  }
  return select_rows(flags, row, count, keep, rows, found);
}
#endif

size_t scan_select(const uint8_t *flags, size_t count, int keep, int32_t *rows) {
#if defined(__x86_64__)
  scan_level level = scan_current_level();
  if (level >= SCAN_AVX512) return select_avx512(flags, count, keep, rows);
  if (level >= SCAN_AVX2) return select_avx2(flags, count, keep, rows);
#endif
  return select_rows(flags, 0, count, keep, rows, 0);
}
