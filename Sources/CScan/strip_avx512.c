#include "strip.h"

#if defined(__x86_64__)
#include <immintrin.h>

// Sixteen rows at once. A field's digits are gathered in groups of four, the last group ending where the field ends; a
// mask drops what lies before the field. The same steps as in strip.c make numbers of them, without a loop over rows.

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2,bmi,bmi2,popcnt")))
#define INLINE AVX512 __attribute__((always_inline)) static inline

enum { ROWS = 16 };

/// The lanes of the first `rows` rows.
INLINE __mmask16 lanes(size_t rows) { return (__mmask16)(rows < ROWS ? (1u << rows) - 1 : 0xFFFF); }

/// The places of the same separator in sixteen rows, from the first row's.
INLINE __m512i steps(size_t stride) {
  const __m512i rows = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  return _mm512_mullo_epi32(rows, _mm512_set1_epi32((int)stride));
}

typedef struct {
  /// Lanes that hold a row.
  __mmask16 rows;
  __m512i ends, lengths;
} fields;

/// Reads two neighbouring places of each row at once: the end of the field before and that of the field.
INLINE fields find_fields(const strip *strip, size_t first, size_t rows, __m512i steps) {
  const __mmask16 mask = lanes(rows - first);
  const place *pairs = strip->ends - 1 + first * strip->stride;
  __m512i pair = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), mask, steps, pairs, sizeof(place));
  __m512i ends = _mm512_srli_epi32(pair, 16);
  __m512i lengths = _mm512_sub_epi32(_mm512_sub_epi32(ends, pair), _mm512_set1_epi32(1));
  return (fields){mask, ends, _mm512_and_si512(lengths, _mm512_set1_epi32(0xFFFF))};
}

/// Bytes above 9 become nonzero.
INLINE __m512i beyond_digits(__m512i digits) { return _mm512_subs_epu8(digits, _mm512_set1_epi8(9)); }

/// Four digits in each lane become a number.
INLINE __m512i join_digits(__m512i digits) {
  __m512i pairs = _mm512_maddubs_epi16(digits, _mm512_set1_epi16(0x010A));
  return _mm512_madd_epi16(pairs, _mm512_set1_epi32(0x00010064));
}

/// Two numbers of four digits become one.
INLINE __m512i join_fours(__m512i high, __m512i low) {
  return _mm512_madd_epi16(_mm512_or_si512(high, _mm512_slli_epi32(low, 16)), _mm512_set1_epi32(0x00012710));
}

/// The digits of the group that ends `skip` digits before the field's end, as a number; sets bits of `beyond` where
/// there are other bytes among them. `is_first`: no field has digits before the group.
INLINE __m512i group(const fields *f, const char *base, int skip, int is_first, __m512i *beyond) {
  __m512i text = _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), f->rows, f->ends, base - 4 - skip, 1);
  // How many bits of the group lie before the field. 32 or more leave nothing.
  __m512i before = _mm512_sub_epi32(_mm512_set1_epi32(32 + 8 * skip), _mm512_slli_epi32(f->lengths, 3));
  if (!is_first) before = _mm512_max_epi32(before, _mm512_setzero_si512());
  __m512i mask = _mm512_sllv_epi32(_mm512_set1_epi32(-1), before);
  // (text ^ '0') & mask
  __m512i digits = _mm512_ternarylogic_epi32(text, _mm512_set1_epi8('0'), mask, 0x28);
  *beyond = _mm512_or_si512(*beyond, beyond_digits(digits));
  return join_digits(digits);
}

/// Rows of a strip, as bits.
typedef struct {
  /// Those that could not be converted.
  uint64_t wrong;
  /// Those among them that have more characters than the groups.
  uint64_t longer;
} outcome;

/// The lanes whose field is empty, longer than the groups, or has other bytes than digits.
INLINE __mmask16 no_number(const fields *f, int groups, __m512i beyond) {
  // An empty field wraps.
  __m512i length = _mm512_sub_epi32(f->lengths, _mm512_set1_epi32(1));
  return _mm512_cmpge_epu32_mask(length, _mm512_set1_epi32(4 * groups)) | _mm512_test_epi32_mask(beyond, beyond);
}

/// Up to eight digits: numbers of 32 bits. `wide` stores them as int64_t.
INLINE outcome convert_narrow(const strip *strip, size_t rows, int64_t lower, int64_t upper, int groups, int wide,
                              void *values) {
  if (lower > INT32_MAX || upper < 0) lower = upper = INT32_MAX;
  if (lower < 0) lower = 0;
  if (upper > INT32_MAX) upper = INT32_MAX;
  if (lower > upper) lower = upper = INT32_MAX;
  const __m512i lowest = _mm512_set1_epi32((int)lower), span = _mm512_set1_epi32((int)(upper - lower));
  const __m512i by_row = steps(strip->stride);
  outcome outcome = {0, 0};
  for (size_t first = 0; first < rows; first += ROWS) {
    const fields f = find_fields(strip, first, rows, by_row);
    __m512i beyond = _mm512_setzero_si512();
    __m512i value = group(&f, strip->base, 0, groups == 1, &beyond);
    if (groups == 2) value = join_fours(group(&f, strip->base, 4, 1, &beyond), value);
    __mmask16 wrong = no_number(&f, groups, beyond) | _mm512_cmpgt_epu32_mask(_mm512_sub_epi32(value, lowest), span);
    outcome.wrong |= (uint64_t)(wrong & f.rows) << first;
    __mmask16 longer = _mm512_cmpgt_epu32_mask(f.lengths, _mm512_set1_epi32(4 * groups));
    outcome.longer |= (uint64_t)(longer & f.rows) << first;
    if (wide) {
      __m512i low = _mm512_cvtepu32_epi64(_mm512_castsi512_si256(value));
      __m512i high = _mm512_cvtepu32_epi64(_mm512_extracti64x4_epi64(value, 1));
      _mm512_storeu_si512((int64_t *)values + first, low);
      _mm512_storeu_si512((int64_t *)values + first + 8, high);
    } else {
      _mm512_storeu_si512((int32_t *)values + first, value);
    }
  }
  return outcome;
}

/// Nine to sixteen digits.
INLINE outcome convert_wide(const strip *strip, size_t rows, int64_t lower, int64_t upper, int groups, int wide,
                            void *values) {
  const __m512i lowest = _mm512_set1_epi64(lower), highest = _mm512_set1_epi64(upper);
  const __m512i hundred_million = _mm512_set1_epi64(100000000);
  const __m512i by_row = steps(strip->stride);
  outcome outcome = {0, 0};
  for (size_t first = 0; first < rows; first += ROWS) {
    const fields f = find_fields(strip, first, rows, by_row);
    __m512i beyond = _mm512_setzero_si512();
    __m512i low = group(&f, strip->base, 0, 0, &beyond);
    low = join_fours(group(&f, strip->base, 4, 0, &beyond), low);
    __m512i high = group(&f, strip->base, 8, groups == 3, &beyond);
    if (groups == 4) high = join_fours(group(&f, strip->base, 12, 1, &beyond), high);
    __m512i value[2] = {_mm512_cvtepu32_epi64(_mm512_castsi512_si256(high)),
                        _mm512_cvtepu32_epi64(_mm512_extracti64x4_epi64(high, 1))};
    value[0] = _mm512_mul_epu32(value[0], hundred_million);
    value[1] = _mm512_mul_epu32(value[1], hundred_million);
    value[0] = _mm512_add_epi64(value[0], _mm512_cvtepu32_epi64(_mm512_castsi512_si256(low)));
    value[1] = _mm512_add_epi64(value[1], _mm512_cvtepu32_epi64(_mm512_extracti64x4_epi64(low, 1)));
    __mmask16 wrong = no_number(&f, groups, beyond);
    for (int half = 0; half < 2; half++) {
      __mmask8 outside = _mm512_cmplt_epi64_mask(value[half], lowest) | _mm512_cmpgt_epi64_mask(value[half], highest);
      wrong |= (__mmask16)(outside << 8 * half);
      if (wide) {
        _mm512_storeu_si512((int64_t *)values + first + 8 * half, value[half]);
      } else {
        _mm256_storeu_si256((__m256i *)((int32_t *)values + first + 8 * half), _mm512_cvtepi64_epi32(value[half]));
      }
    }
    outcome.wrong |= (uint64_t)(wrong & f.rows) << first;
    __mmask16 longer = _mm512_cmpgt_epu32_mask(f.lengths, _mm512_set1_epi32(4 * groups));
    outcome.longer |= (uint64_t)(longer & f.rows) << first;
  }
  return outcome;
}

#define TARGET AVX512
#include "strip_integers.h"
#undef TARGET

/// Up to eight floats whose ends and lengths are known. Gives the lanes that are wrong.
INLINE __mmask8 floats(const char *base, __mmask8 rows, __m256i ends, __m256i lengths, int places, int single,
                       __m512d *values) {
  static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8};
  const __m256i zero = _mm256_setzero_si256();
  const __m512i zeros = _mm512_setzero_si512(), digit = _mm512_set1_epi8('0');
  // The bytes that tell are gathered as the last of four, so that nothing behind the text is read.
  __m256i starts = _mm256_sub_epi32(ends, lengths);
  __m256i sign = _mm256_srli_epi32(_mm256_mmask_i32gather_epi32(zero, rows, starts, base - 3, 1), 24);
  __mmask8 filled = _mm256_test_epi32_mask(lengths, lengths);
  __mmask8 negative = _mm256_mask_cmpeq_epi32_mask(filled, sign, _mm256_set1_epi32('-'));
  lengths = _mm256_mask_sub_epi32(lengths, negative, lengths, _mm256_set1_epi32(1));
  __mmask8 pointed = 0;
  __m512i part = zeros;
  if (places > 0) {
    __m256i points = _mm256_mmask_i32gather_epi32(zero, rows, ends, base - places - 4, 1);
    pointed = _mm256_mask_cmpgt_epi32_mask(rows, lengths, _mm256_set1_epi32(places + 1));
    pointed = _mm256_mask_cmpeq_epi32_mask(pointed, _mm256_srli_epi32(points, 24), _mm256_set1_epi32('.'));
    __m512i text = _mm512_mask_i32gather_epi64(zeros, pointed, ends, base - 8, 1);
    __m512i mask = _mm512_maskz_set1_epi64(pointed, (int64_t)(UINT64_MAX << (64 - 8 * places)));
    part = _mm512_ternarylogic_epi64(text, digit, mask, 0x28);
    ends = _mm256_mask_sub_epi32(ends, pointed, ends, _mm256_set1_epi32(places + 1));
    lengths = _mm256_mask_sub_epi32(lengths, pointed, lengths, _mm256_set1_epi32(places + 1));
  }
  __mmask8 wrong = _mm256_cmpge_epu32_mask(_mm256_sub_epi32(lengths, _mm256_set1_epi32(1)), _mm256_set1_epi32(8));
  __m512i before = _mm512_cvtepu32_epi64(_mm256_sub_epi32(_mm256_set1_epi32(64), _mm256_slli_epi32(lengths, 3)));
  __m512i text = _mm512_mask_i32gather_epi64(zeros, rows, ends, base - 8, 1);
  __m512i whole = _mm512_ternarylogic_epi64(text, digit, _mm512_sllv_epi64(_mm512_set1_epi64(-1), before), 0x28);
  __m512i beyond = _mm512_or_si512(beyond_digits(whole), beyond_digits(part));
  wrong |= _mm512_test_epi64_mask(beyond, beyond);
  // In each quarter two numbers from before the point, then two from behind it.
  __m512i eights = _mm512_madd_epi16(_mm512_packus_epi32(join_digits(whole), join_digits(part)),
                                     _mm512_set1_epi32(0x00012710));
  const __m512i apart = _mm512_set_epi32(15, 14, 11, 10, 7, 6, 3, 2, 13, 12, 9, 8, 5, 4, 1, 0);
  eights = _mm512_permutexvar_epi32(apart, eights);
  __m512d scale = _mm512_set1_pd(powers[places]);
  __m512d joined = _mm512_mul_pd(_mm512_cvtepi32_pd(_mm512_castsi512_si256(eights)), scale);
  joined = _mm512_add_pd(joined, _mm512_cvtepi32_pd(_mm512_extracti64x4_epi64(eights, 1)));
  wrong |= _mm512_cmp_pd_mask(joined, _mm512_set1_pd(0x1p53), _CMP_GE_OQ);
  __m512d value = _mm512_div_pd(joined, scale);
  value = _mm512_mask_xor_pd(value, negative, value, _mm512_set1_pd(-0.0));
  *values = single ? _mm512_cvtps_pd(_mm512_cvtpd_ps(value)) : value;
  return wrong & rows;
}

/// All fields as floats of any form.
INLINE uint64_t long_floats(const strip *strip, size_t rows, int places, int single, double *values) {
  const __m512i by_row = steps(strip->stride);
  uint64_t wrong = 0;
  for (size_t first = 0; first < rows; first += ROWS) {
    const fields f = find_fields(strip, first, rows, by_row);
    __m256i ends[2] = {_mm512_castsi512_si256(f.ends), _mm512_extracti64x4_epi64(f.ends, 1)};
    __m256i lengths[2] = {_mm512_castsi512_si256(f.lengths), _mm512_extracti64x4_epi64(f.lengths, 1)};
    for (int half = 0; half < 2; half++) {
      __m512d value;
      __mmask8 lanes = (__mmask8)(f.rows >> 8 * half);
      wrong |= (uint64_t)floats(strip->base, lanes, ends[half], lengths[half], places, single, &value)
               << (first + 8 * (size_t)half);
      _mm512_storeu_pd(values + first + 8 * half, value);
    }
  }
  return wrong;
}

// Detectors write many a float as a short whole number. These are converted as integers; the others are listed, and
// then converted together.
AVX512 static uint64_t float_avx512(const strip *strip, size_t rows, int single, uint8_t *hint, double *values) {
  const int places = *hint & HINT_PLACES;
  if (*hint & HINT_MOSTLY_LONG) return long_floats(strip, rows, places, single, values);
  const __m512i by_row = steps(strip->stride);
  // Numbers of the rows that are longer, their ends and lengths, with room for stores in advance.
  uint32_t listed[STRIP_ROWS + ROWS], ends[STRIP_ROWS + ROWS], lengths[STRIP_ROWS + ROWS];
  size_t count = 0;
  __m512i numbers = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  for (size_t first = 0; first < rows; first += ROWS) {
    const fields f = find_fields(strip, first, rows, by_row);
    __m512i beyond = _mm512_setzero_si512();
    __m512i value = group(&f, strip->base, 0, 1, &beyond);
    _mm512_storeu_pd(values + first, _mm512_cvtepi32_pd(_mm512_castsi512_si256(value)));
    _mm512_storeu_pd(values + first + 8, _mm512_cvtepi32_pd(_mm512_extracti64x4_epi64(value, 1)));
    __mmask16 others = no_number(&f, 1, beyond) & f.rows;
    _mm512_storeu_si512(listed + count, _mm512_maskz_compress_epi32(others, numbers));
    _mm512_storeu_si512(ends + count, _mm512_maskz_compress_epi32(others, f.ends));
    _mm512_storeu_si512(lengths + count, _mm512_maskz_compress_epi32(others, f.lengths));
    count += (size_t)_mm_popcnt_u32(others);
    numbers = _mm512_add_epi32(numbers, _mm512_set1_epi32(ROWS));
  }
  if (2 * count > rows) *hint |= HINT_MOSTLY_LONG;
  uint64_t wrong = 0;
  for (size_t first = 0; first < count; first += 8) {
    __mmask8 mask = (__mmask8)lanes(count - first);
    __m512d value;
    __mmask8 failed = floats(strip->base, mask, _mm256_loadu_si256((const __m256i *)(ends + first)),
                             _mm256_loadu_si256((const __m256i *)(lengths + first)), places, single, &value);
    double converted[8];
    _mm512_storeu_pd(converted, value);
    for (size_t i = 0; i < 8 && first + i < count; i++) {
      values[listed[first + i]] = converted[i];
      wrong |= (uint64_t)(failed >> i & 1) << listed[first + i];
    }
  }
  return wrong;
}

AVX512 static size_t regular_avx512(const char *base, const place *ends, size_t stride, size_t rows) {
  const __m512i by_row = steps(stride);
  for (size_t first = 0; first < rows; first += ROWS) {
    const __mmask16 mask = lanes(rows - first);
    const __m512i zero = _mm512_setzero_si512();
    // The place wanted is the later one of each pair, and the byte there the last of each four.
    const place *pairs = ends + (first + 1) * stride - 1;
    __m512i places = _mm512_srli_epi32(_mm512_mask_i32gather_epi32(zero, mask, by_row, pairs, sizeof(place)), 16);
    __m512i bytes = _mm512_srli_epi32(_mm512_mask_i32gather_epi32(zero, mask, places, base - 3, 1), 24);
    __mmask16 others = _mm512_mask_cmpneq_epi32_mask(mask, bytes, _mm512_set1_epi32('\n'));
    if (others) return first + (size_t)__builtin_ctz(others);
  }
  return rows;
}

AVX512 static void offsets_avx512(const place *ends, size_t stride, size_t rows, uint32_t first, uint32_t *offsets) {
  const __m512i by_row = steps(stride), start = _mm512_set1_epi32((int)first);
  for (size_t row = 0; row < rows; row += ROWS) {
    const __mmask16 mask = lanes(rows - row);
    __m512i pairs =
        _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), mask, by_row, ends + row * stride, sizeof(place));
    __m512i starts = _mm512_add_epi32(pairs, _mm512_set1_epi32(1));
    starts = _mm512_and_si512(starts, _mm512_set1_epi32(0xFFFF));
    _mm512_mask_storeu_epi32(offsets + row, mask, _mm512_add_epi32(starts, start));
  }
}

const strip_functions strips_avx512 = {int32_strip, int64_strip, float_avx512, regular_avx512, offsets_avx512};
#endif
