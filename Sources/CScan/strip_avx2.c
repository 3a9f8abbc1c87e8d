#include "strip.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

// The text of a strip is copied without a look at it, and then made into numbers eight rows at once. Digits are taken
// in groups of four, the last group ending where the field ends; a mask drops what lies before the field. Gathers would
// do without the copy, but many processors of this level have slow ones.

#define AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt")))
#define INLINE AVX2 __attribute__((always_inline)) static inline

enum { ROWS = 8 };

/// What a conversion needs of each row of a strip: two neighbouring places, the lower half being the end of the field
/// before, and the last bytes of the field, with others before them.
typedef struct {
  uint32_t pairs[STRIP_ROWS];
  union {
    uint32_t fours[STRIP_ROWS];
    char sixteens[STRIP_ROWS][16];
  };
} copied_strip;

INLINE __m256i load(const void *p) { return _mm256_loadu_si256((const __m256i *)p); }

INLINE void copy(const strip *strip, size_t rows, int bytes, copied_strip *copied) {
  const place *end = strip->ends;
  const char *base = strip->base;
  const size_t stride = strip->stride;
  // The last vector's other rows: what is made of them is dropped.
  _mm256_storeu_si256((__m256i *)(copied->pairs + (rows - 1) / ROWS * ROWS), _mm256_setzero_si256());
  for (size_t i = 0; i < rows; i++, end += stride) {
    uint32_t pair;
    memcpy(&pair, end - 1, sizeof pair);
    copied->pairs[i] = pair;
    const char *stop = base + (pair >> 16);
    if (bytes == 4) {
      memcpy(&copied->fours[i], stop - 4, 4);
    } else {
      memcpy(copied->sixteens[i], stop - 16, 16);
    }
  }
}

INLINE __m256i lengths_of(__m256i pair) {
  __m256i length = _mm256_sub_epi32(_mm256_sub_epi32(_mm256_srli_epi32(pair, 16), pair), _mm256_set1_epi32(1));
  return _mm256_and_si256(length, _mm256_set1_epi32(0xFFFF));
}

/// Two rows, four rows apart, in one register.
INLINE __m256i load_rows(const copied_strip *copied, size_t row) {
  __m128i low = _mm_loadu_si128((const __m128i *)copied->sixteens[row]);
  __m128i high = _mm_loadu_si128((const __m128i *)copied->sixteens[row + 4]);
  return _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
}

/// The first `groups` groups of eight rows, counted from the end of the fields.
INLINE void load_groups(const copied_strip *copied, size_t first, int groups, __m256i text[4]) {
  if (groups == 1) {
    text[0] = load(copied->fours + first);
    return;
  }
  __m256i a = load_rows(copied, first), b = load_rows(copied, first + 1);
  __m256i c = load_rows(copied, first + 2), d = load_rows(copied, first + 3);
  __m256i ab = _mm256_unpackhi_epi32(a, b), cd = _mm256_unpackhi_epi32(c, d);
  text[0] = _mm256_unpackhi_epi64(ab, cd);
  text[1] = _mm256_unpacklo_epi64(ab, cd);
  ab = _mm256_unpacklo_epi32(a, b), cd = _mm256_unpacklo_epi32(c, d);
  text[2] = _mm256_unpackhi_epi64(ab, cd);
  text[3] = _mm256_unpacklo_epi64(ab, cd);
}

/// Two numbers of four digits become one.
INLINE __m256i join_fours(__m256i high, __m256i low) {
  return _mm256_madd_epi16(_mm256_or_si256(high, _mm256_slli_epi32(low, 16)), _mm256_set1_epi32(0x00012710));
}

/// The group's digits as a number; sets bits of `beyond` where there are other bytes among them. `skip` digits of the
/// field follow the group, and none comes before it if it `is_first`.
INLINE __m256i group(__m256i text, __m256i lengths, int skip, int is_first, __m256i *beyond) {
  // How many bits of the group lie before the field. 32 or more leave nothing.
  __m256i before = _mm256_sub_epi32(_mm256_set1_epi32(32 + 8 * skip), _mm256_slli_epi32(lengths, 3));
  if (!is_first) before = _mm256_max_epi32(before, _mm256_setzero_si256());
  __m256i mask = _mm256_sllv_epi32(_mm256_set1_epi32(-1), before);
  __m256i digits = _mm256_and_si256(_mm256_xor_si256(text, _mm256_set1_epi8('0')), mask);
  *beyond = _mm256_or_si256(*beyond, _mm256_subs_epu8(digits, _mm256_set1_epi8(9)));
  __m256i pairs = _mm256_maddubs_epi16(digits, _mm256_set1_epi16(0x010A));
  return _mm256_madd_epi16(pairs, _mm256_set1_epi32(0x00010064));
}

/// Rows of a strip, as bits.
typedef struct {
  /// Those that could not be converted.
  uint64_t wrong;
  /// Those among them that have more characters than the groups.
  uint64_t longer;
} outcome;

INLINE uint64_t signs(__m256i lanes) { return (uint64_t)(uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(lanes)); }

INLINE __m256i low_half(__m256i v) { return _mm256_cvtepu32_epi64(_mm256_castsi256_si128(v)); }
INLINE __m256i high_half(__m256i v) { return _mm256_cvtepu32_epi64(_mm256_extracti128_si256(v, 1)); }

/// Counts the eight rows' lanes of `wrong`, and those whose field is empty, longer than the groups, or has other bytes
/// than digits.
INLINE void judge(outcome *outcome, size_t first, __m256i lengths, int groups, __m256i beyond, __m256i wrong) {
  const __m256i zero = _mm256_setzero_si256();
  __m256i longer = _mm256_cmpgt_epi32(lengths, _mm256_set1_epi32(4 * groups));
  wrong = _mm256_or_si256(wrong, _mm256_or_si256(longer, _mm256_cmpeq_epi32(lengths, zero)));
  outcome->wrong |= (signs(wrong) | (signs(_mm256_cmpeq_epi32(beyond, zero)) ^ 0xFF)) << first;
  outcome->longer |= signs(longer) << first;
}

/// Up to eight digits: numbers of 32 bits. `wide` stores them as int64_t.
INLINE outcome convert_narrow(const strip *strip, size_t rows, int64_t lower, int64_t upper, int groups, int wide,
                              void *values) {
  copied_strip copied;
  copy(strip, rows, groups == 1 ? 4 : 16, &copied);
  if (lower > INT32_MAX || upper < 0) lower = INT32_MAX;
  const __m256i lowest = _mm256_set1_epi32((int)(lower < 0 ? 0 : lower));
  const __m256i highest = _mm256_set1_epi32((int)(upper < 0 ? 0 : upper > INT32_MAX ? INT32_MAX : upper));
  outcome outcome = {0, 0};
  for (size_t first = 0; first < rows; first += ROWS) {
    const __m256i lengths = lengths_of(load(copied.pairs + first));
    __m256i text[4], beyond = _mm256_setzero_si256();
    load_groups(&copied, first, groups, text);
    __m256i value = group(text[0], lengths, 0, groups == 1, &beyond);
    if (groups == 2) value = join_fours(group(text[1], lengths, 4, 1, &beyond), value);
    __m256i outside = _mm256_or_si256(_mm256_cmpgt_epi32(lowest, value), _mm256_cmpgt_epi32(value, highest));
    judge(&outcome, first, lengths, groups, beyond, outside);
    if (wide) {
      _mm256_storeu_si256((__m256i *)((int64_t *)values + first), low_half(value));
      _mm256_storeu_si256((__m256i *)((int64_t *)values + first + 4), high_half(value));
    } else {
      _mm256_storeu_si256((__m256i *)((int32_t *)values + first), value);
    }
  }
  const uint64_t mask = UINT64_MAX >> (STRIP_ROWS - rows);
  outcome.wrong &= mask;
  outcome.longer &= mask;
  return outcome;
}

/// The lanes of two halves of 64 bits, as lanes of 32.
INLINE __m256i narrow(__m256i low, __m256i high) {
  __m256 mixed = _mm256_shuffle_ps(_mm256_castsi256_ps(low), _mm256_castsi256_ps(high), 0x88);
  return _mm256_permute4x64_epi64(_mm256_castps_si256(mixed), 0xD8);
}

/// Nine to sixteen digits.
INLINE outcome convert_wide(const strip *strip, size_t rows, int64_t lower, int64_t upper, int groups, int wide,
                            void *values) {
  copied_strip copied;
  copy(strip, rows, 16, &copied);
  const __m256i lowest = _mm256_set1_epi64x(lower), highest = _mm256_set1_epi64x(upper);
  const __m256i hundred_million = _mm256_set1_epi64x(100000000);
  outcome outcome = {0, 0};
  for (size_t first = 0; first < rows; first += ROWS) {
    const __m256i lengths = lengths_of(load(copied.pairs + first));
    __m256i text[4], beyond = _mm256_setzero_si256(), value[2], outside[2];
    load_groups(&copied, first, groups, text);
    __m256i low = group(text[0], lengths, 0, 0, &beyond);
    low = join_fours(group(text[1], lengths, 4, 0, &beyond), low);
    __m256i high = group(text[2], lengths, 8, groups == 3, &beyond);
    if (groups == 4) high = join_fours(group(text[3], lengths, 12, 1, &beyond), high);
    value[0] = _mm256_add_epi64(_mm256_mul_epu32(low_half(high), hundred_million), low_half(low));
    value[1] = _mm256_add_epi64(_mm256_mul_epu32(high_half(high), hundred_million), high_half(low));
    for (int half = 0; half < 2; half++)
      outside[half] =
          _mm256_or_si256(_mm256_cmpgt_epi64(lowest, value[half]), _mm256_cmpgt_epi64(value[half], highest));
    judge(&outcome, first, lengths, groups, beyond, narrow(outside[0], outside[1]));
    if (wide) {
      _mm256_storeu_si256((__m256i *)((int64_t *)values + first), value[0]);
      _mm256_storeu_si256((__m256i *)((int64_t *)values + first + 4), value[1]);
    } else {
      _mm256_storeu_si256((__m256i *)((int32_t *)values + first), narrow(value[0], value[1]));
    }
  }
  const uint64_t mask = UINT64_MAX >> (STRIP_ROWS - rows);
  outcome.wrong &= mask;
  outcome.longer &= mask;
  return outcome;
}

#define TARGET AVX2
#include "strip_integers.h"
#undef TARGET

// Detectors write many a float as a short whole number. These are converted as integers; the others make a strip of
// their own.
AVX2 static uint64_t float_avx2(const strip *all, size_t rows, int single, uint8_t *hint, double *values) {
  if (*hint & HINT_MOSTLY_LONG) return float_any_avx2(all, rows, single, hint, values);
  int32_t whole[STRIP_ROWS];
  const uint64_t others = convert_narrow(all, rows, 0, INT32_MAX, 1, 0, whole).wrong;
  for (size_t i = 0; i < rows; i += 4)
    _mm256_storeu_pd(values + i, _mm256_cvtepi32_pd(_mm_loadu_si128((const __m128i *)(whole + i))));
  if (!others) return 0;
  uint8_t listed[STRIP_ROWS];
  place pairs[2 * STRIP_ROWS];
  size_t count = 0;
  for (uint64_t rest = others; rest; rest = _blsr_u64(rest), count++) {
    size_t row = (size_t)_tzcnt_u64(rest);
    listed[count] = (uint8_t)row;
    memcpy(pairs + 2 * count, all->ends + row * all->stride - 1, 2 * sizeof(place));
  }
  if (2 * count > rows) *hint |= HINT_MOSTLY_LONG;
  double converted[STRIP_ROWS];
  const strip strip = {all->base, pairs + 1, 2};
  const uint64_t failed = float_any_avx2(&strip, count, single, hint, converted);
  for (size_t i = 0; i < count; i++) values[listed[i]] = converted[i];
  return _pdep_u64(failed, others);
}

const strip_functions strips_avx2 = {int32_strip, int64_strip, float_avx2, regular_avx2, offsets_avx2};
#endif
