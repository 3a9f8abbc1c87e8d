#include "strip.h"

#include <string.h>

// Digits are lined up in words: the word's bytes are the field's last digits, the last one in the highest byte, with
// zeros before the first. The loads end where the field ends and so never reach beyond the text. A conversion then is
// arithmetic on whole words in a plain loop, which the compiler turns into vector instructions of the level's kind:
// neighbouring digits are joined to pairs, pairs to fours, fours to eights.

#define INLINE __attribute__((always_inline)) static inline

INLINE uint32_t load32(const char *p) {
  uint32_t word;
  memcpy(&word, p, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap32(word);
#endif
  return word;
}

INLINE uint64_t load64(const char *p) {
  uint64_t word;
  memcpy(&word, p, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

/// The last `length` digits before `end` (1 to 4). Where there are none, the separator before `end` stays in the word
/// and is no digit.
INLINE uint32_t line_up4(const char *end, uint32_t length) {
  return (load32(end - 4) ^ UINT32_C(0x30303030)) & UINT32_MAX << ((32 - 8 * length) & 31);
}

/// The same for 1 to 8 digits.
INLINE uint64_t line_up8(const char *end, uint32_t length) {
  return (load64(end - 8) ^ UINT64_C(0x3030303030303030)) & UINT64_MAX << ((64 - 8 * length) & 63);
}

/// Nonzero where a byte is above 9.
INLINE uint32_t beyond_digits4(uint32_t word) {
  return ((word + UINT32_C(0x76767676)) | word) & UINT32_C(0x80808080);
}

INLINE uint64_t beyond_digits8(uint64_t word) {
  return ((word + UINT64_C(0x7676767676767676)) | word) & UINT64_C(0x8080808080808080);
}

INLINE uint32_t number4(uint32_t word) {
  word = (word * 10 + (word >> 8)) & UINT32_C(0x00FF00FF);
  return (word * 100 + (word >> 16)) & UINT32_C(0xFFFF);
}

INLINE uint32_t number8(uint64_t word) {
  word = ((word << 3) + (word << 1) + (word >> 8)) & UINT64_C(0x00FF00FF00FF00FF);
  word = ((word << 6) + (word << 5) + (word << 2) + (word >> 16)) & UINT64_C(0x0000FFFF0000FFFF);
  return (uint32_t)((word & UINT64_C(0xFFFF)) * 10000 + (word >> 32));
}

INLINE uint32_t field_length(const place *end) { return (place)(end[0] - end[-1] - 1); }

/// Lines up fields of up to four digits; places behind the last row become zeros. 0 where a field is longer.
INLINE int line_up_fours(const strip *strip, size_t rows, uint32_t words[STRIP_ROWS]) {
  const place *end = strip->ends;
  uint32_t lengths = 0;
  size_t i = 0;
  for (; i < rows; i++, end += strip->stride) {
    uint32_t length = field_length(end);
    words[i] = line_up4(strip->base + *end, length);
    lengths |= length + 3;  // Up to 7 for up to four digits.
  }
  for (; i < STRIP_ROWS; i++) words[i] = 0;
  return lengths <= 7;
}

/// The same for up to eight digits.
INLINE int line_up_eights(const strip *strip, size_t rows, uint64_t words[STRIP_ROWS]) {
  const place *end = strip->ends;
  uint32_t lengths = 0;
  size_t i = 0;
  for (; i < rows; i++, end += strip->stride) {
    uint32_t length = field_length(end);
    words[i] = line_up8(strip->base + *end, length);
    lengths |= length + 7;
  }
  for (; i < STRIP_ROWS; i++) words[i] = 0;
  return lengths <= 15;
}

/// The same for up to sixteen digits: the last eight in `low`, those before in `high`. A field that is longer becomes
/// no digits at all.
INLINE void line_up_sixteens(const strip *strip, size_t rows, uint64_t high[STRIP_ROWS], uint64_t low[STRIP_ROWS]) {
  const place *end = strip->ends;
  size_t i = 0;
  for (; i < rows; i++, end += strip->stride) {
    uint32_t length = field_length(end);
    const char *p = strip->base + *end;
    uint64_t before = length > 8 ? line_up8(p - 8, length - 8) : 0;
    high[i] = length > 16 ? UINT64_MAX : before;
    low[i] = line_up8(p, length < 8 ? length : 8);
  }
  for (; i < STRIP_ROWS; i++) high[i] = low[i] = 0;
}

// The loops below run over all STRIP_ROWS places, whatever the number of rows, so that they are whole vectors.

/// The rows that are wrong, as bits. Nearly always there is none.
INLINE uint64_t wrong_rows(uint32_t any, const uint32_t *wrong, size_t rows) {
  uint64_t bits = 0;
  if (any)
    for (size_t i = 0; i < rows; i++) bits |= (uint64_t)(wrong[i] != 0) << i;
  return bits;
}

INLINE uint64_t int32_strip(const strip *strip, size_t rows, int32_t lower, int32_t upper, uint8_t *width,
                            int32_t *restrict values) {
  uint32_t any = 0, wrong[STRIP_ROWS];
  uint32_t fours[STRIP_ROWS];
  uint64_t high[STRIP_ROWS], low[STRIP_ROWS];
  if (*width <= 4 && line_up_fours(strip, rows, fours)) {
    for (size_t i = 0; i < STRIP_ROWS; i++) {
      int32_t value = (int32_t)number4(fours[i]);
      uint32_t is_wrong = beyond_digits4(fours[i]) | (value < lower) | (value > upper);
      values[i] = value;
      wrong[i] = is_wrong;
      any |= is_wrong;
    }
  } else if (*width <= 8 && line_up_eights(strip, rows, low)) {
    *width = 8;
    for (size_t i = 0; i < STRIP_ROWS; i++) {
      int32_t value = (int32_t)number8(low[i]);
      uint32_t is_wrong = (uint32_t)(beyond_digits8(low[i]) != 0) | (value < lower) | (value > upper);
      values[i] = value;
      wrong[i] = is_wrong;
      any |= is_wrong;
    }
  } else {
    *width = 16;
    line_up_sixteens(strip, rows, high, low);
    for (size_t i = 0; i < STRIP_ROWS; i++) {
      int64_t value = (int64_t)((uint64_t)number8(high[i]) * 100000000 + number8(low[i]));
      uint32_t is_wrong = (beyond_digits8(high[i]) | beyond_digits8(low[i])) != 0;
      is_wrong |= (value < lower) | (value > upper);
      values[i] = (int32_t)value;
      wrong[i] = is_wrong;
      any |= is_wrong;
    }
  }
  return wrong_rows(any, wrong, rows);
}

/// Converts fields of up to sixteen digits by instructions of the level's own; 0 where a field is anything else.
typedef int wide_function(const strip *strip, size_t rows, uint64_t numbers[STRIP_ROWS]);

INLINE uint64_t int64_strip(const strip *strip, size_t rows, int64_t lower, int64_t upper, uint8_t *width,
                            int64_t *restrict values, wide_function *wide) {
  uint32_t any = 0, wrong[STRIP_ROWS];
  uint64_t high[STRIP_ROWS], low[STRIP_ROWS];
  if (*width <= 8 && line_up_eights(strip, rows, low)) {
    for (size_t i = 0; i < STRIP_ROWS; i++) {
      int64_t value = number8(low[i]);
      uint32_t is_wrong = (uint32_t)(beyond_digits8(low[i]) != 0) | (value < lower) | (value > upper);
      values[i] = value;
      wrong[i] = is_wrong;
      any |= is_wrong;
    }
  } else if (wide && wide(strip, rows, low)) {
    *width = 16;
    for (size_t i = 0; i < STRIP_ROWS; i++) {
      int64_t value = (int64_t)low[i];
      uint32_t is_wrong = (uint32_t)(value < lower) | (value > upper);
      values[i] = value;
      wrong[i] = is_wrong;
      any |= is_wrong;
    }
  } else {
    *width = 16;
    line_up_sixteens(strip, rows, high, low);
    for (size_t i = 0; i < STRIP_ROWS; i++) {
      int64_t value = (int64_t)((uint64_t)number8(high[i]) * 100000000 + number8(low[i]));
      uint32_t is_wrong = (beyond_digits8(high[i]) | beyond_digits8(low[i])) != 0;
      is_wrong |= (value < lower) | (value > upper);
      values[i] = value;
      wrong[i] = is_wrong;
      any |= is_wrong;
    }
  }
  return wrong_rows(any, wrong, rows);
}

/// The digits before the point and those behind it are one number each. Joined they are an integer; where it is below
/// 2^53, it and the power of ten are exact, and so the quotient is rounded correctly.
INLINE uint64_t float_strip(const strip *strip, size_t rows, int single, uint8_t *hint, double *restrict values) {
  static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8};
  uint64_t whole[STRIP_ROWS], part[STRIP_ROWS], sign[STRIP_ROWS];
  const int places = *hint & HINT_PLACES;
  const place *end = strip->ends;
  size_t i = 0;
  for (; i < rows; i++, end += strip->stride) {
    const char *p = strip->base + *end;
    uint32_t length = field_length(end), behind = (uint32_t)places;
    uint32_t negative = p[-(int64_t)length] == '-' && length > 0;
    length -= negative;
    int has_point = places > 0 && length > behind + 1 && p[-(int)behind - 1] == '.';
    part[i] = has_point ? line_up8(p, behind) : 0;
    uint32_t before = has_point ? length - behind - 1 : length;
    uint64_t digits = line_up8(p - (has_point ? behind + 1 : 0), before);
    whole[i] = before - 1 < 8 ? digits : UINT64_MAX;
    sign[i] = (uint64_t)negative << 63;
  }
  // Whole vectors: a strip may have a few rows only.
  const size_t padded = (rows + 7) & ~(size_t)7;
  for (; i < padded; i++) whole[i] = part[i] = sign[i] = 0;
  const double scale = powers[places];
  uint32_t any = 0, wrong[STRIP_ROWS];
  for (i = 0; i < padded; i++) {
    // Both are at most eight digits, and 2^31 is more than that.
    double joined = (double)(int32_t)number8(whole[i]) * scale + (double)(int32_t)number8(part[i]);
    double value = joined / scale;
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits |= sign[i];
    memcpy(&values[i], &bits, sizeof bits);
    uint32_t is_wrong = (uint32_t)((beyond_digits8(whole[i]) | beyond_digits8(part[i])) != 0) | (joined >= 0x1p53);
    wrong[i] = is_wrong;
    any |= is_wrong;
  }
  if (single)
    for (i = 0; i < padded; i++) values[i] = (float)values[i];
  return wrong_rows(any, wrong, rows);
}

INLINE size_t regular(const char *base, const place *ends, size_t stride, size_t rows) {
  const place *end = ends + stride;
  size_t row = 0;
  while (row < rows && base[*end] == '\n') row++, end += stride;
  return row;
}

INLINE void offsets_of_rows(const place *ends, size_t stride, size_t rows, uint32_t first, uint32_t *offsets) {
  for (size_t row = 0; row < rows; row++, ends += stride) offsets[row] = first + behind(*ends);
}

#define LEVEL(suffix, attributes, wide)                                                                                \
  attributes static uint64_t int32_##suffix(const strip *strip, size_t rows, int32_t lower, int32_t upper,             \
                                            uint8_t *width, int32_t *values) {                                         \
    return int32_strip(strip, rows, lower, upper, width, values);                                                      \
  }                                                                                                                    \
  attributes static uint64_t int64_##suffix(const strip *strip, size_t rows, int64_t lower, int64_t upper,             \
                                            uint8_t *width, int64_t *values) {                                         \
    return int64_strip(strip, rows, lower, upper, width, values, wide);                                                \
  }                                                                                                                    \
  attributes static uint64_t float_##suffix(const strip *strip, size_t rows, int single, uint8_t *hint,                \
                                            double *values) {                                                          \
    return float_strip(strip, rows, single, hint, values);                                                             \
  }                                                                                                                    \
  attributes static size_t regular_##suffix(const char *base, const place *ends, size_t stride, size_t rows) {         \
    return regular(base, ends, stride, rows);                                                                          \
  }                                                                                                                    \
  attributes static void offsets_##suffix(const place *ends, size_t stride, size_t rows, uint32_t first,               \
                                          uint32_t *offsets) {                                                         \
    offsets_of_rows(ends, stride, rows, first, offsets);                                                               \
  }                                                                                                                    \
  const strip_functions strips_##suffix = {int32_##suffix, int64_##suffix, float_##suffix, regular_##suffix,           \
                                           offsets_##suffix}

LEVEL(portable, , NULL);
#if defined(__x86_64__)
#include <immintrin.h>

#define SSE __attribute__((target("sse4.2,popcnt")))
#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))

/// Sixteen digits in one register: joined to pairs, fours and eights, the two of which make the number. The register
/// ends where the field ends; a mask drops what lies before the field.
SSE INLINE int wide_x86(const strip *strip, size_t rows, uint64_t numbers[STRIP_ROWS]) {
  static const uint8_t masks[32] = {[16] = 255, 255, 255, 255, 255, 255, 255, 255,
                                    255,        255, 255, 255, 255, 255, 255, 255};
  const __m128i tens = _mm_set1_epi16(0x010A), hundreds = _mm_set1_epi32(0x00010064);
  const __m128i ten_thousands = _mm_set1_epi32(0x00012710);
  __m128i beyond = _mm_setzero_si128();
  const place *end = strip->ends;
  uint32_t lengths = 0;
  size_t i = 0;
  for (; i < rows; i++, end += strip->stride) {
    // From 0 to 15 for one to sixteen digits; an empty field wraps and is beyond.
    uint32_t length = field_length(end) - 1;
    lengths |= length;
    __m128i mask = _mm_loadu_si128((const __m128i *)(masks + 1 + (length & 15)));
    __m128i text = _mm_loadu_si128((const __m128i *)(strip->base + *end - 16));
    __m128i digits = _mm_and_si128(_mm_xor_si128(text, _mm_set1_epi8('0')), mask);
    beyond = _mm_or_si128(beyond, _mm_subs_epu8(digits, _mm_set1_epi8(9)));
    __m128i fours = _mm_madd_epi16(_mm_maddubs_epi16(digits, tens), hundreds);
    __m128i eights = _mm_madd_epi16(_mm_packus_epi32(fours, fours), ten_thousands);
    numbers[i] = (uint64_t)_mm_cvtsi128_si64(eights);
  }
  for (; i < STRIP_ROWS; i++) numbers[i] = 0;
  if (lengths > 15 || !_mm_testz_si128(beyond, beyond)) return 0;
  for (i = 0; i < STRIP_ROWS; i++) numbers[i] = (numbers[i] & UINT32_MAX) * 100000000 + (numbers[i] >> 32);
  return 1;
}

SSE static int wide_sse(const strip *strip, size_t rows, uint64_t numbers[STRIP_ROWS]) {
  return wide_x86(strip, rows, numbers);
}

LEVEL(sse, SSE, wide_sse);

// The rest of this level is in strip_avx2.c.
AVX2 uint64_t float_any_avx2(const strip *strip, size_t rows, int single, uint8_t *hint, double *values) {
  return float_strip(strip, rows, single, hint, values);
}
AVX2 size_t regular_avx2(const char *base, const place *ends, size_t stride, size_t rows) {
  return regular(base, ends, stride, rows);
}
AVX2 void offsets_avx2(const place *ends, size_t stride, size_t rows, uint32_t first, uint32_t *offsets) {
  offsets_of_rows(ends, stride, rows, first, offsets);
}
#endif
