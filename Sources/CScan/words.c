#include "scan.h"

#include <string.h>

/// The word at `p` as a number.
static inline uint64_t load_word(const uint8_t *p, int bytes, int big_endian) {
  uint64_t word = 0;
  if (big_endian) {
    for (int i = 0; i < bytes; i++) word = word << 8 | p[i];
  } else {
    for (int i = 0; i < bytes; i++) word |= (uint64_t)p[i] << (8 * i);
  }
  return word;
}

/// Cuts one field out of a block of words. Shifting it to the top and back down drops what is above it and below it,
/// and gives it its sign.
static void cut(const uint64_t *words, size_t count, const scan_bits *field, size_t row) {
  int up = 64 - field->bits - field->shift, down = 64 - field->bits;
  if (up < 0 || down > 63) up = 0, down = field->shift & 63;
  if (field->lane == SCAN_INT32) {
    int32_t *column = (int32_t *)field->column + row;
    if (field->is_signed) {
      for (size_t i = 0; i < count; i++) column[i] = (int32_t)((int64_t)(words[i] << up) >> down);
    } else {
      for (size_t i = 0; i < count; i++) column[i] = (int32_t)(words[i] << up >> down);
    }
  } else if (field->lane == SCAN_INT64) {
    int64_t *column = (int64_t *)field->column + row;
    if (field->is_signed) {
      for (size_t i = 0; i < count; i++) column[i] = (int64_t)(words[i] << up) >> down;
    } else {
      for (size_t i = 0; i < count; i++) column[i] = (int64_t)(words[i] << up >> down);
    }
  }
}

/// Words loaded at once; they stay in the first-level cache while every field is cut out of them.
enum { BLOCK = 512 };

void scan_words(const uint8_t *words, size_t rows, int word_bytes, int big_endian, const scan_bits *fields,
                int field_count) {
  uint64_t block[BLOCK];
  for (size_t row = 0; row < rows; row += BLOCK) {
    size_t count = rows - row < BLOCK ? rows - row : BLOCK;
    const uint8_t *p = words + row * (size_t)word_bytes;
    if (word_bytes == 8 && !big_endian) {
      for (size_t i = 0; i < count; i++) block[i] = load_word(p + 8 * i, 8, 0);
    } else {
      for (size_t i = 0; i < count; i++) block[i] = load_word(p + i * (size_t)word_bytes, word_bytes, big_endian);
    }
    for (int f = 0; f < field_count; f++) cut(block, count, &fields[f], row);
  }
}
