#include "index.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi2,bmi,bmi2,popcnt")))

/// The numbers 0 to 63.
AVX512 static inline __m512i ascending(void) {
  uint8_t bytes[64];
  for (int i = 0; i < 64; i++) bytes[i] = (uint8_t)i;
  return _mm512_loadu_si512(bytes);
}

// One instruction moves the numbers of all bytes that are separators together.
AVX512 void index_avx512(const char *text, size_t length, char separator, char quote, chunk_index *index) {
  const __m512i numbers = ascending(), separators = _mm512_set1_epi8(separator), quotes = _mm512_set1_epi8(quote);
  const __m512i newlines = _mm512_set1_epi8('\n');
  place *ends = index->room + 1;
  size_t lines = 0;
  uint64_t quoted = 0;
  for (size_t i = 0; i < length; i += 64) {
    uint64_t inside = length - i < 64 ? (UINT64_C(1) << (length - i)) - 1 : UINT64_MAX;
    __m512i block = _mm512_maskz_loadu_epi8(inside, text + i);
    __builtin_prefetch(text + i + AHEAD);
    uint64_t line_ends = _mm512_cmpeq_epi8_mask(block, newlines);
    uint64_t found = line_ends | _mm512_cmpeq_epi8_mask(block, separators);
    if (quote) quoted |= _mm512_cmpeq_epi8_mask(block, quotes);
    size_t number = (size_t)_mm_popcnt_u64(found);
    lines += (size_t)_mm_popcnt_u64(line_ends);
    __m512i packed = _mm512_maskz_compress_epi8(found, numbers), start = _mm512_set1_epi16((short)i);
    __m512i low = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(packed));
    _mm512_storeu_si512(ends, _mm512_add_epi16(low, start));
    if (number > 32) {
      __m512i high = _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(packed, 1));
      _mm512_storeu_si512(ends + 32, _mm512_add_epi16(high, start));
    }
    ends += number;
  }
  index->count = (size_t)(ends - index->room) - 1;
  index->lines = lines;
  index->has_quotes = quoted != 0;
}
#endif
