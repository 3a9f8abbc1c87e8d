#include "number.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// The parts of a decimal number.
typedef struct {
  int negative;
  /// Digits, with a point among them or not.
  const char *start, *end;
  /// Digits before the point.
  int64_t whole;
  int64_t exponent;
} decimal;

/// Far beyond any exponent that matters, and far from overflow when digits are counted on top of it.
enum { EXPONENT_LIMIT = 1000000000 };

static int split(const char *p, const char *end, decimal *d) {
  while (p < end && is_blank(*p)) p++;
  while (p < end && is_blank(end[-1])) end--;
  d->negative = 0;
  if (p < end && (*p == '-' || *p == '+')) d->negative = *p++ == '-';
  d->start = p;
  while (p < end && is_digit(*p)) p++;
  d->whole = p - d->start;
  int64_t digits = d->whole;
  if (p < end && *p == '.') {
    const char *point = p++;
    while (p < end && is_digit(*p)) p++;
    digits += p - point - 1;
  }
  if (digits == 0) return 0;
  d->end = p;
  d->exponent = 0;
  if (p < end && (*p == 'e' || *p == 'E')) {
    p++;
    int negative = 0;
    if (p < end && (*p == '-' || *p == '+')) negative = *p++ == '-';
    if (p == end) return 0;
    int64_t exponent = 0;
    for (; p < end && is_digit(*p); p++)
      if (exponent < EXPONENT_LIMIT) exponent = exponent * 10 + (*p - '0');
    d->exponent = negative ? -exponent : exponent;
  }
  return p == end;
}

/// Digits with or without a minus sign, few enough that they fit: what nearly all integers are. 0 for anything else.
static int parse_plain(const char *p, const char *end, int64_t *value) {
  int negative = p < end && *p == '-';
  p += negative;
  if (end - p < 1 || end - p > 18) return 0;
  int64_t magnitude = 0;
  for (; p < end; p++) {
    if (!is_digit(*p)) return 0;
    magnitude = magnitude * 10 + (*p - '0');
  }
  *value = negative ? -magnitude : magnitude;
  return 1;
}

uint8_t parse_integer(const char *start, const char *end, int64_t lower, int64_t upper, int64_t *value) {
  if (parse_plain(start, end, value)) return *value < lower || *value > upper ? SCAN_OUT_OF_RANGE : SCAN_FINE;
  decimal d;
  if (!split(start, end, &d)) return SCAN_NOT_A_NUMBER;
  // The digits up to the exponent's place are the integer; those behind it must be zeros.
  int64_t left = d.whole + d.exponent;
  uint64_t magnitude = 0;
  int beyond = 0;
  for (const char *p = d.start; p < d.end; p++) {
    if (*p == '.') continue;
    unsigned digit = (unsigned char)*p - '0';
    if (left-- <= 0) {
      if (digit) return SCAN_NOT_AN_INTEGER;
    } else {
      beyond |= __builtin_mul_overflow(magnitude, 10, &magnitude);
      beyond |= __builtin_add_overflow(magnitude, digit, &magnitude);
    }
  }
  for (; left > 0 && magnitude && !beyond; left--) beyond = __builtin_mul_overflow(magnitude, 10, &magnitude);
  if (beyond || magnitude > INT64_MAX) return SCAN_OUT_OF_RANGE;
  int64_t result = d.negative ? -(int64_t)magnitude : (int64_t)magnitude;
  if (result < lower || result > upper) return SCAN_OUT_OF_RANGE;
  *value = result;
  return SCAN_FINE;
}

static uint8_t finish(double result, int negative, int single, double *value) {
  if (single) result = (float)result;
  if (isinf(result)) return SCAN_OUT_OF_RANGE;
  *value = negative ? -result : result;
  return SCAN_FINE;
}

/// More digits than any halfway point between two doubles has (767): those behind them only matter by not being zero.
enum { DIGIT_LIMIT = 800 };

/// Rounds by strtod. The text is rewritten as digits and an exponent, without a point, so that its length is bounded
/// and the locale does not matter.
static double round_slowly(const char *p, const char *end, int64_t exponent) {
  char text[DIGIT_LIMIT + 32];
  int length = 0, sticky = 0;
  for (; p < end; p++) {
    if (*p == '.') continue;
    if (length < DIGIT_LIMIT) {
      text[length++] = *p;
    } else {
      sticky |= *p != '0';
      exponent++;
    }
  }
  if (sticky) {
    text[length++] = '1';
    exponent--;
  }
  // Anything beyond these is zero or infinite already.
  int clamped = exponent > 99999 ? 99999 : exponent < -99999 ? -99999 : (int)exponent;
  text[length++] = 'e';
  text[length++] = clamped < 0 ? '-' : '+';
  unsigned rest = clamped < 0 ? (unsigned)-clamped : (unsigned)clamped;
  for (unsigned power = 10000; power; power /= 10) text[length++] = (char)('0' + rest / power % 10);
  text[length] = 0;
  return strtod(text, NULL);
}

uint8_t parse_float(const char *start, const char *end, int single, double *value) {
  static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                  1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  decimal d;
  if (!split(start, end, &d)) return SCAN_NOT_A_NUMBER;
  const char *p = d.start;
  while (p < d.end && (*p == '0' || *p == '.')) p++;
  const char *first = p;
  uint64_t mantissa = 0;
  int digits = 0;
  for (; p < d.end; p++) {
    if (*p == '.') continue;
    if (++digits > 19) break;
    mantissa = mantissa * 10 + (uint64_t)(*p - '0');
  }
  if (digits == 0) return finish(0, d.negative, single, value);
  // The exponent that belongs to all digits read as one integer.
  int64_t places = d.end - d.start - d.whole;
  int64_t exponent = d.exponent - (places > 0 ? places - 1 : 0);
  // Clinger, "How to read floating point numbers accurately" (1990): both operands are exact, so is the rounding of one
  // operation on them.
  if (digits <= 19 && mantissa <= UINT64_C(1) << 53 && exponent >= -22 && exponent <= 22) {
    double exact = (double)mantissa;
    return finish(exponent < 0 ? exact / powers[-exponent] : exact * powers[exponent], d.negative, single, value);
  }
  return finish(round_slowly(first, d.end, exponent), d.negative, single, value);
}
