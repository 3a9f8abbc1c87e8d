#include "index.h"

#include <string.h>

/// The highest bit of every byte of `x` that is zero.
static inline uint64_t zero_bytes(uint64_t x) {
  const uint64_t low = UINT64_C(0x7F7F7F7F7F7F7F7F);
  return ~(((x & low) + low) | x | low);
}

void index_portable(const char *text, size_t length, char separator, char quote, chunk_index *index) {
  const uint64_t ones = UINT64_C(0x0101010101010101);
  const uint64_t separators = ones * (unsigned char)separator, line_ends = ones * '\n';
  const uint64_t quotes = ones * (unsigned char)quote;
  uint32_t *ends = index->room + 1;
  size_t count = 0, lines = 0;
  uint64_t quoted = 0;
  for (size_t i = 0; i < length; i += 8) {
    uint64_t word = 0;
    memcpy(&word, text + i, length - i < 8 ? length - i : 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    uint64_t found = zero_bytes(word ^ line_ends);
    lines += (found >> 7) * ones >> 56;
    found |= zero_bytes(word ^ separators);
    if (quote) quoted |= zero_bytes(word ^ quotes);
    for (; found; found &= found - 1) ends[count++] = (uint32_t)i + (uint32_t)__builtin_ctzll(found) / 8;
  }
  index->count = count;
  index->lines = lines;
  index->has_quotes = quoted != 0;
}
