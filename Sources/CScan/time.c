#include "time.h"

static const int64_t SECOND = INT64_C(1000000000);
static const int64_t DAY = INT64_C(86400) * INT64_C(1000000000);

/// Days from 1970 that nanoseconds in 64 bits reach, with room for a time of day and an offset: the years 1677 to 2262.
enum { FARTHEST_DAY = 106749 };

/// Takes exactly `count` digits.
static int take_digits(const char **p, const char *end, int count, int *value) {
  int number = 0;
  if (end - *p < count) return 0;
  for (int i = 0; i < count; i++, (*p)++) {
    if (!is_digit(**p)) return 0;
    number = number * 10 + (**p - '0');
  }
  *value = number;
  return 1;
}

static int take(const char **p, const char *end, char byte) {
  if (*p == end || **p != byte) return 0;
  (*p)++;
  return 1;
}

static void trim(const char **start, const char **end) {
  while (*start < *end && is_blank(**start)) (*start)++;
  while (*start < *end && is_blank((*end)[-1])) (*end)--;
}

static int is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

/// Days from 1970-01-01. Years begin in March here, so that the odd day comes last.
static int64_t days_from_civil(int year, int month, int day) {
  year -= month <= 2;
  int64_t era = (year >= 0 ? year : year - 399) / 400;
  int64_t of_era = year - era * 400;
  int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/// Takes a date off the front.
static uint8_t take_date(const char **p, const char *end, int64_t *days) {
  static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int year, month, day;
  const char *start = *p;
  if (take_digits(p, end, 2, &day) && take(p, end, '.')) {
    if (!take_digits(p, end, 2, &month) || !take(p, end, '.') || !take_digits(p, end, 4, &year)) return SCAN_NOT_A_TIME;
  } else {
    *p = start;
    if (!take_digits(p, end, 4, &year)) return SCAN_NOT_A_TIME;
    char sign = *p < end && (**p == '-' || **p == '/') ? **p : 0;
    if (sign) (*p)++;
    if (!take_digits(p, end, 2, &month) || (sign && !take(p, end, sign)) || !take_digits(p, end, 2, &day))
      return SCAN_NOT_A_TIME;
  }
  if (month < 1 || month > 12) return SCAN_NOT_A_TIME;
  if (day < 1 || day > lengths[month - 1] + (month == 2 && is_leap(year))) return SCAN_NOT_A_TIME;
  *days = days_from_civil(year, month, day);
  return *days < -FARTHEST_DAY || *days > FARTHEST_DAY ? SCAN_OUT_OF_RANGE : SCAN_FINE;
}

/// Takes a time of day off the front.
static uint8_t take_time(const char **p, const char *end, int64_t *nanoseconds) {
  int hour, minute, second = 0;
  int64_t fraction = 0;
  if (!take_digits(p, end, 2, &hour) || !take(p, end, ':') || !take_digits(p, end, 2, &minute)) return SCAN_NOT_A_TIME;
  if (take(p, end, ':')) {
    if (!take_digits(p, end, 2, &second)) return SCAN_NOT_A_TIME;
    if (*p < end && (**p == '.' || **p == ',')) {
      (*p)++;
      if (*p == end || !is_digit(**p)) return SCAN_NOT_A_TIME;
      // What is finer than a nanosecond is cut off.
      for (int64_t place = SECOND / 10; *p < end && is_digit(**p); (*p)++, place /= 10) fraction += place * (**p - '0');
    }
  }
  // A leap second is the 61st of its minute.
  if (hour > 23 || minute > 59 || second > 60) return SCAN_NOT_A_TIME;
  *nanoseconds = ((int64_t)hour * 3600 + minute * 60 + second) * SECOND + fraction;
  return SCAN_FINE;
}

uint8_t parse_date(const char *start, const char *end, int64_t *value) {
  int64_t days;
  trim(&start, &end);
  uint8_t reason = take_date(&start, end, &days);
  if (reason != SCAN_FINE) return reason;
  if (start != end) return SCAN_NOT_A_TIME;
  *value = days * DAY;
  return SCAN_FINE;
}

uint8_t parse_time(const char *start, const char *end, int64_t *value) {
  trim(&start, &end);
  uint8_t reason = take_time(&start, end, value);
  return reason == SCAN_FINE && start != end ? SCAN_NOT_A_TIME : reason;
}

uint8_t parse_datetime(const char *start, const char *end, int64_t *value) {
  int64_t days, nanoseconds;
  trim(&start, &end);
  uint8_t reason = take_date(&start, end, &days);
  if (reason != SCAN_FINE) return reason;
  if (!take(&start, end, 'T') && !take(&start, end, 't') && !take(&start, end, '_')) {
    if (start == end || !is_blank(*start)) return SCAN_NOT_A_TIME;
    while (start < end && is_blank(*start)) start++;
  }
  reason = take_time(&start, end, &nanoseconds);
  if (reason != SCAN_FINE) return reason;
  if (start < end && (*start == '+' || *start == '-')) {
    int sign = *start++ == '-' ? -1 : 1, hours, minutes = 0;
    if (!take_digits(&start, end, 2, &hours)) return SCAN_NOT_A_TIME;
    int has_colon = take(&start, end, ':');
    if ((has_colon || start != end) && !take_digits(&start, end, 2, &minutes)) return SCAN_NOT_A_TIME;
    if (hours > 23 || minutes > 59) return SCAN_NOT_A_TIME;
    nanoseconds -= sign * ((int64_t)hours * 3600 + minutes * 60) * SECOND;
  } else if (start < end) {
    if (!take(&start, end, 'Z') && !take(&start, end, 'z')) return SCAN_NOT_A_TIME;
  }
  if (start != end) return SCAN_NOT_A_TIME;
  *value = days * DAY + nanoseconds;
  return SCAN_FINE;
}
