#include "scan.h"

#include <string.h>

#define INLINE __attribute__((always_inline)) static inline

/// The word at `p` as a number.
INLINE uint64_t load_word(const uint8_t *p, int bytes, int big_endian) {
  uint64_t word = 0;
  if (big_endian) {
    for (int i = 0; i < bytes; i++) word = word << 8 | p[i];
  } else {
    for (int i = 0; i < bytes; i++) word |= (uint64_t)p[i] << (8 * i);
  }
  return word;
}

/// Words loaded at once; they stay in the first-level cache while every field is cut out of them.
enum { BLOCK = 512 };

/// Loads `count` words. Of those narrower than eight bytes, eight are read all the same as long as they lie within
/// `readable` bytes, and the other words' bytes dropped.
INLINE void load_words(const uint8_t *p, size_t count, size_t readable, int bytes, int big_endian, uint64_t *words) {
  const int unused = 64 - 8 * bytes;
  const size_t width = (size_t)bytes;
  const size_t whole = readable < 8 ? 0 : (readable - 8) / width + 1;
  size_t i = 0;
  if (big_endian) {
    for (; i < count && i < whole; i++) words[i] = load_word(p + i * width, 8, 1) >> unused;
  } else {
    for (; i < count && i < whole; i++) words[i] = load_word(p + i * width, 8, 0) << unused >> unused;
  }
  for (; i < count; i++) words[i] = load_word(p + i * width, bytes, big_endian);
}

/// Cuts one field out of a block of words. Shifting it to the top and back down drops what is above it and below it,
/// and gives it its sign.
INLINE void cut(const uint64_t *words, size_t count, const scan_bits *field, size_t row) {
  int up = 64 - field->bits - field->shift, down = 64 - field->bits;
  if (up < 0 || down > 63) up = 0, down = field->shift & 63;
  if (field->lane == SCAN_INT32) {
    int32_t *restrict column = (int32_t *)field->column + row;
    if (field->is_signed) {
      for (size_t i = 0; i < count; i++) column[i] = (int32_t)((int64_t)(words[i] << up) >> down);
    } else {
      for (size_t i = 0; i < count; i++) column[i] = (int32_t)(words[i] << up >> down);
    }
  } else if (field->lane == SCAN_INT64) {
    int64_t *restrict column = (int64_t *)field->column + row;
    if (field->is_signed) {
      for (size_t i = 0; i < count; i++) column[i] = (int64_t)(words[i] << up) >> down;
    } else {
      for (size_t i = 0; i < count; i++) column[i] = (int64_t)(words[i] << up >> down);
    }
  }
}

INLINE void cut_words(const uint8_t *words, size_t rows, int word_bytes, int big_endian, const scan_bits *fields,
                      int field_count) {
  uint64_t block[BLOCK];
  for (size_t row = 0; row < rows; row += BLOCK) {
    const size_t count = rows - row < BLOCK ? rows - row : BLOCK;
    const size_t done = row * (size_t)word_bytes, readable = rows * (size_t)word_bytes - done;
    if (word_bytes == 8) {
      load_words(words + done, count, readable, 8, big_endian, block);
    } else {
      load_words(words + done, count, readable, word_bytes, big_endian, block);
    }
    for (int f = 0; f < field_count; f++) cut(block, count, &fields[f], row);
  }
}

typedef void words_function(const uint8_t *words, size_t rows, int word_bytes, int big_endian, const scan_bits *fields,
                            int field_count);

/// The loops above with the instructions of a level.
#define LEVEL(suffix, attributes)                                                                                      \
  attributes static void words_##suffix(const uint8_t *words, size_t rows, int word_bytes, int big_endian,             \
                                        const scan_bits *fields, int field_count) {                                    \
    cut_words(words, rows, word_bytes, big_endian, fields, field_count);                                               \
  }

LEVEL(portable, )
#if defined(__x86_64__)
LEVEL(sse, __attribute__((target("sse4.2"))))
LEVEL(avx2, __attribute__((target("avx2"))))
#endif

void scan_words(const uint8_t *words, size_t rows, int word_bytes, int big_endian, const scan_bits *fields,
                int field_count) {
  words_function *function = words_portable;
#if defined(__x86_64__)
  // What compilers make of these loops for AVX-512 is slower.
  scan_level level = scan_current_level();
  if (level >= SCAN_AVX2) {
    function = words_avx2;
  } else if (level == SCAN_SSE) {
    function = words_sse;
  }
#endif
  function(words, rows, word_bytes, big_endian, fields, field_count);
}
