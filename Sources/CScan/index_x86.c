#if defined(__x86_64__)
#include "index.h"

#include <immintrin.h>
#include <string.h>

/// Bit masks of the 64 bytes at `p`: where each of the three bytes sits.
typedef struct {
  uint64_t separators, line_ends, quotes;
} masks;

#define INLINE(features) __attribute__((always_inline, target(features))) static inline

INLINE("sse4.2,popcnt") uint64_t equal_sse(const __m128i block[4], char byte) {
  const __m128i wanted = _mm_set1_epi8(byte);
  uint64_t mask = 0;
  for (int i = 0; i < 4; i++)
    mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(block[i], wanted)) << (16 * i);
  return mask;
}

INLINE("sse4.2,popcnt") masks masks_sse(const char *p, char separator, char quote) {
  __m128i block[4];
  for (int i = 0; i < 4; i++) block[i] = _mm_loadu_si128((const __m128i *)p + i);
  return (masks){equal_sse(block, separator), equal_sse(block, '\n'), quote ? equal_sse(block, quote) : 0};
}

INLINE("avx2,bmi,bmi2,popcnt") uint64_t equal_avx2(__m256i low, __m256i high, char byte) {
  const __m256i wanted = _mm256_set1_epi8(byte);
  return (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, wanted)) |
         (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, wanted)) << 32;
}

INLINE("avx2,bmi,bmi2,popcnt") masks masks_avx2(const char *p, char separator, char quote) {
  __m256i low = _mm256_loadu_si256((const __m256i *)p), high = _mm256_loadu_si256((const __m256i *)p + 1);
  return (masks){equal_avx2(low, high, separator), equal_avx2(low, high, '\n'),
                 quote ? equal_avx2(low, high, quote) : 0};
}

/// The index of a chunk, 64 bytes at a time.
///
/// Places are stored eight at once, ahead of the count: that takes a branch for eight of them instead of one for each.
/// What is stored in advance means nothing and is overwritten.
#define INDEX_CHUNK(masks_of, lowest_bit)                                                                               \
  uint32_t *ends = index->room + 1;                                                                                     \
  size_t lines = 0;                                                                                                     \
  uint64_t quoted = 0;                                                                                                  \
  for (size_t i = 0; i < length; i += 64) {                                                                             \
    const char *p = text + i;                                                                                           \
    char last[64];                                                                                                      \
    if (length - i < 64) {                                                                                              \
      memset(last, 0, sizeof last);                                                                                     \
      memcpy(last, p, length - i);                                                                                      \
      p = last;                                                                                                         \
    }                                                                                                                   \
    masks at = masks_of(p, separator, quote);                                                                           \
    uint64_t found = at.separators | at.line_ends;                                                                      \
    size_t number = (size_t)__builtin_popcountll(found);                                                                \
    lines += (size_t)__builtin_popcountll(at.line_ends);                                                                \
    quoted |= at.quotes;                                                                                                \
    for (size_t done = 0; done < number; done += 8) {                                                                   \
      for (size_t k = done; k < done + 8; k++) {                                                                        \
        ends[k] = (uint32_t)i + lowest_bit(found);                                                                      \
        found &= found - 1;                                                                                             \
      }                                                                                                                 \
    }                                                                                                                   \
    ends += number;                                                                                                     \
  }                                                                                                                     \
  index->count = (size_t)(ends - index->room - 1);                                                                      \
  index->lines = lines;                                                                                                 \
  index->has_quotes = quoted != 0

/// The number of the lowest set bit; anything for none. BSF, unlike TZCNT, has no result for none, so one is set.
INLINE("sse4.2,popcnt") uint32_t lowest_sse(uint64_t bits) {
  return (uint32_t)__builtin_ctzll(bits | UINT64_C(1) << 63);
}

INLINE("avx2,bmi,bmi2,popcnt") uint32_t lowest_avx2(uint64_t bits) { return (uint32_t)_tzcnt_u64(bits); }

__attribute__((target("sse4.2,popcnt"))) void index_sse(const char *text, size_t length, char separator, char quote,
                                                        chunk_index *index) {
  INDEX_CHUNK(masks_sse, lowest_sse);
}

__attribute__((target("avx2,bmi,bmi2,popcnt"))) void index_avx2(const char *text, size_t length, char separator,
                                                                char quote, chunk_index *index) {
  INDEX_CHUNK(masks_avx2, lowest_avx2);
}
#endif
