#include "index.h"

#include <string.h>

#define INLINE __attribute__((always_inline)) static inline

/// The index of a chunk, 64 bytes at a time. `equal(block, byte)` has a bit for each of the 64 bytes at `block` that is
/// `byte`; `lowest(bits)` is the number of the lowest set bit, and anything where none is set.
///
/// Places are stored eight at once, ahead of the count: that takes a branch for eight of them instead of one for each.
/// What is stored in advance means nothing and is overwritten.
#define INDEX_CHUNK(equal, lowest)                                                                                     \
  place *ends = index->room + 1;                                                                                    \
  size_t lines = 0;                                                                                                    \
  uint64_t quoted = 0;                                                                                                 \
  for (size_t i = 0; i < length; i += 64) {                                                                            \
    const char *block = text + i;                                                                                      \
    char last[64];                                                                                                     \
    if (length - i < 64) {                                                                                             \
      memset(last, 0, sizeof last);                                                                                    \
      memcpy(last, block, length - i);                                                                                 \
      block = last;                                                                                                    \
    }                                                                                                                  \
    __builtin_prefetch(text + i + AHEAD);                                                                              \
    uint64_t line_ends = equal(block, '\n'), found = line_ends | equal(block, separator);                              \
    if (quote) quoted |= equal(block, quote);                                                                          \
    size_t number = (size_t)__builtin_popcountll(found);                                                               \
    lines += (size_t)__builtin_popcountll(line_ends);                                                                  \
    for (size_t k = 0; k < number; k += 8) {                                                                           \
      for (size_t j = k; j < k + 8; j++) {                                                                             \
        ends[j] = (place)(i + lowest(found));                                                                          \
        found &= found - 1;                                                                                            \
      }                                                                                                                \
    }                                                                                                                  \
    ends += number;                                                                                                    \
  }                                                                                                                    \
  index->count = (size_t)(ends - index->room) - 1;                                                                     \
  index->lines = lines;                                                                                                \
  index->has_quotes = quoted != 0

/// The mask of eight bytes: their highest bits are set where they are zero, and a multiplication gathers those.
INLINE uint64_t equal_word(const char *p, char byte) {
  const uint64_t low = UINT64_C(0x7F7F7F7F7F7F7F7F), ones = UINT64_C(0x0101010101010101);
  uint64_t word;
  memcpy(&word, p, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  word ^= ones * (unsigned char)byte;
  uint64_t zero = ~(((word & low) + low) | word | low);
  return (zero >> 7) * UINT64_C(0x0102040810204080) >> 56;
}

INLINE uint64_t equal_portable(const char *p, char byte) {
  uint64_t mask = 0;
  for (int i = 0; i < 8; i++) mask |= equal_word(p + 8 * i, byte) << (8 * i);
  return mask;
}

/// The highest bit is set too, since counting has no result for zero.
INLINE uint32_t lowest_portable(uint64_t bits) { return (uint32_t)__builtin_ctzll(bits | UINT64_C(1) << 63); }

void index_portable(const char *text, size_t length, char separator, char quote, chunk_index *index) {
  INDEX_CHUNK(equal_portable, lowest_portable);
}

#if defined(__x86_64__)
#include <immintrin.h>

#define SSE __attribute__((target("sse4.2,popcnt")))
#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))

SSE INLINE uint64_t equal_sse(const char *p, char byte) {
  uint64_t mask = 0;
  for (int i = 0; i < 4; i++) {
    __m128i equal = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)p + i), _mm_set1_epi8(byte));
    mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(equal) << (16 * i);
  }
  return mask;
}

SSE void index_sse(const char *text, size_t length, char separator, char quote, chunk_index *index) {
  INDEX_CHUNK(equal_sse, lowest_portable);
}

AVX2 INLINE uint64_t equal_avx2(const char *p, char byte) {
  uint64_t mask = 0;
  for (int i = 0; i < 2; i++) {
    __m256i equal = _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)p + i), _mm256_set1_epi8(byte));
    mask |= (uint64_t)(uint32_t)_mm256_movemask_epi8(equal) << (32 * i);
  }
  return mask;
}

AVX2 INLINE uint32_t lowest_avx2(uint64_t bits) { return (uint32_t)_tzcnt_u64(bits); }

AVX2 void index_avx2(const char *text, size_t length, char separator, char quote, chunk_index *index) {
  INDEX_CHUNK(equal_avx2, lowest_avx2);
}
#endif
