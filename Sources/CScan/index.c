#include "index.h"

#include <string.h>

#define INLINE __attribute__((always_inline)) static inline

/// The index of a chunk, 64 bytes at a time. `equal(block, byte)` has a bit for each of the 64 bytes at `block` that is
/// `byte`; `store(found, start, ends)` stores the places of those found in the block at `start`, and may store anything
/// behind them.
#define INDEX_CHUNK(equal, store)                                                                                      \
  place *ends = index->room + 1;                                                                                       \
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
    store(found, i, ends);                                                                                             \
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

/// Places are stored eight at once: that takes a branch for eight of them instead of one for each.
INLINE void store_portable(uint64_t found, size_t start, place *ends) {
  for (; found; ends += 8)
    for (size_t k = 0; k < 8; k++) {
      // The highest bit is set too, since counting has no result for zero.
      ends[k] = (place)(start + (size_t)__builtin_ctzll(found | UINT64_C(1) << 63));
      found &= found - 1;
    }
}

void index_portable(const char *text, size_t length, char separator, char quote, chunk_index *index) {
  INDEX_CHUNK(equal_portable, store_portable);
}

#if defined(__x86_64__)
#include <immintrin.h>

#define SSE __attribute__((target("sse4.2,popcnt")))
#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))

// The numbers of the set bits of each byte, in order. AT is the number `i` if it is the one with `k` others below it.
#define AT(n, k, i) ((n) >> (i) & 1 && __builtin_popcount((n) & ((1 << (i)) - 1)) == (k) ? (i) : 0)
#define BIT(n, k)                                                                                                      \
  (AT(n, k, 0) + AT(n, k, 1) + AT(n, k, 2) + AT(n, k, 3) + AT(n, k, 4) + AT(n, k, 5) + AT(n, k, 6) + AT(n, k, 7))
#define BITS(n) {BIT(n, 0), BIT(n, 1), BIT(n, 2), BIT(n, 3), BIT(n, 4), BIT(n, 5), BIT(n, 6), BIT(n, 7)}
#define BITS4(n) BITS(n), BITS((n) + 1), BITS((n) + 2), BITS((n) + 3)
#define BITS16(n) BITS4(n), BITS4((n) + 4), BITS4((n) + 8), BITS4((n) + 12)
#define BITS64(n) BITS16(n), BITS16((n) + 16), BITS16((n) + 32), BITS16((n) + 48)
static const uint8_t bits_of_byte[256][8] = {BITS64(0), BITS64(64), BITS64(128), BITS64(192)};

/// Stores the places in eight bytes of text at once, without a branch.
SSE INLINE void store_vectors(uint64_t found, size_t start, place *ends) {
  __m128i before = _mm_set1_epi16((short)start);
  for (size_t i = 0; i < 8; i++) {
    const uint8_t byte = (uint8_t)(found >> (8 * i));
    __m128i numbers = _mm_cvtepu8_epi16(_mm_loadl_epi64((const __m128i *)bits_of_byte[byte]));
    _mm_storeu_si128((__m128i *)ends, _mm_add_epi16(numbers, before));
    before = _mm_add_epi16(before, _mm_set1_epi16(8));
    ends += _mm_popcnt_u32(byte);
  }
}

SSE INLINE uint64_t equal_sse(const char *p, char byte) {
  uint64_t mask = 0;
  for (int i = 0; i < 4; i++) {
    __m128i equal = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)p + i), _mm_set1_epi8(byte));
    mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(equal) << (16 * i);
  }
  return mask;
}

SSE void index_sse(const char *text, size_t length, char separator, char quote, chunk_index *index) {
  INDEX_CHUNK(equal_sse, store_vectors);
}

AVX2 INLINE uint64_t equal_avx2(const char *p, char byte) {
  uint64_t mask = 0;
  for (int i = 0; i < 2; i++) {
    __m256i equal = _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)p + i), _mm256_set1_epi8(byte));
    mask |= (uint64_t)(uint32_t)_mm256_movemask_epi8(equal) << (32 * i);
  }
  return mask;
}

AVX2 void index_avx2(const char *text, size_t length, char separator, char quote, chunk_index *index) {
  INDEX_CHUNK(equal_avx2, store_vectors);
}
#endif
