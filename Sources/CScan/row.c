#include "row.h"

#include "time.h"

#include <string.h>

int is_passed_over(const row_context *context, const char *start, const char *end) {
  char separator = context->format->separator;
  while (start < end && is_blank(*start) && *start != separator) start++;
  if (start == end) return 1;
  size_t length = context->comment_length;
  return length && (size_t)(end - start) >= length && memcmp(start, context->format->comment, length) == 0;
}

uint8_t decode_field(const row_context *context, const scan_field *field, const char *start, const char *end,
                     size_t row) {
  int64_t integer;
  uint8_t reason;
  switch (field->lane) {
  case SCAN_SKIP:
    return SCAN_FINE;
  case SCAN_INT32: {
    int64_t lower = field->lower > INT32_MIN ? field->lower : INT32_MIN + INT64_C(1);
    int64_t upper = field->upper < INT32_MAX ? field->upper : INT32_MAX;
    reason = parse_integer(start, end, lower, upper, &integer);
    if (reason == SCAN_FINE) ((int32_t *)field->column)[row] = (int32_t)integer;
    return reason;
  }
  case SCAN_INT64:
    reason = parse_integer(start, end, field->lower, field->upper, &integer);
    if (reason == SCAN_FINE) ((int64_t *)field->column)[row] = integer;
    return reason;
  case SCAN_FLOAT64:
    return parse_float(start, end, field->single, &((double *)field->column)[row]);
  case SCAN_TEXT: {
    while (start < end && is_blank(*start)) start++;
    while (start < end && is_blank(end[-1])) end--;
    uint32_t offset = context->offset_base + (uint32_t)(start - context->text);
    ((scan_slice *)field->column)[row] = (scan_slice){offset, (uint32_t)(end - start)};
    return SCAN_FINE;
  }
  case SCAN_DATE:
  case SCAN_TIME:
  case SCAN_DATETIME:
    reason = field->lane == SCAN_DATE   ? parse_date(start, end, &integer)
             : field->lane == SCAN_TIME ? parse_time(start, end, &integer)
                                        : parse_datetime(start, end, &integer);
    if (reason == SCAN_FINE) ((int64_t *)field->column)[row] = integer;
    return reason;
  }
  return SCAN_NOT_A_NUMBER;
}

int scan_number(const char *text, size_t length, scan_lane lane, int64_t *integer, double *real) {
  int64_t whole;
  double number;
  scan_field field = {.lane = lane, .lower = INT64_MIN + 1, .upper = INT64_MAX, .column = &whole};
  if (lane == SCAN_FLOAT64) field.column = &number;
  row_context context = {.text = text};
  if (lane == SCAN_SKIP || lane == SCAN_INT32 || lane == SCAN_TEXT) return 0;
  if (decode_field(&context, &field, text, text + length, 0) != SCAN_FINE) return 0;
  if (lane == SCAN_FLOAT64) {
    *real = number;
  } else {
    *integer = whole;
  }
  return 1;
}

/// The bytes between quotes, of which blanks are a part in text.
static uint8_t decode_quoted(const row_context *context, const scan_field *field, const char *start, const char *end,
                             size_t row) {
  if (field->lane != SCAN_TEXT) return decode_field(context, field, start, end, row);
  uint32_t offset = context->offset_base + (uint32_t)(start - context->text);
  ((scan_slice *)field->column)[row] = (scan_slice){offset, (uint32_t)(end - start) | SCAN_QUOTED};
  return SCAN_FINE;
}

/// The closing quote of a field whose first byte behind the opening one is at `p`, or NULL.
static const char *closing_quote(const char *p, const char *end, char quote) {
  for (;;) {
    p = memchr(p, quote, (size_t)(end - p));
    if (!p || p + 1 == end || p[1] != quote) return p;
    p += 2;
  }
}

row_outcome decode_row(const row_context *context, const char *start, const char *end, size_t row) {
  const char separator = context->format->separator, quote = context->format->quote;
  const scan_field *fields = context->fields;
  const int count = context->field_count;
  row_outcome outcome = {SCAN_FINE, 0};
  const char *p = start;
  int field = 0;
  for (;; field++) {
    const char *first = p;
    while (first < end && is_blank(*first) && *first != separator) first++;
    // A run of blanks at the end of a row separates nothing.
    if (!separator && first == end) break;
    uint8_t reason = SCAN_FINE;
    if (quote && first < end && *first == quote) {
      const char *close = closing_quote(first + 1, end, quote);
      if (close) {
        p = close + 1;
        while (p < end && is_blank(*p) && *p != separator) p++;
      }
      if (!close || (p < end && (separator ? *p != separator : p == close + 1)))
        return (row_outcome){SCAN_BAD_QUOTE, (uint16_t)(field < UINT16_MAX ? field : UINT16_MAX)};
      if (field < count) reason = decode_quoted(context, &fields[field], first + 1, close, row);
    } else {
      p = first;
      if (separator) {
        while (p < end && *p != separator) p++;
      } else {
        while (p < end && !is_blank(*p)) p++;
      }
      if (field < count) reason = decode_field(context, &fields[field], first, p, row);
    }
    if (reason != SCAN_FINE && outcome.reason == SCAN_FINE) outcome = (row_outcome){reason, (uint16_t)field};
    if (separator) {
      if (p == end) {
        field++;
        break;
      }
      p++;
    }
  }
  if (field < count) return (row_outcome){SCAN_SHORT, (uint16_t)field};
  if (field > count) return (row_outcome){SCAN_LONG, (uint16_t)count};
  return outcome;
}
