#include "row.h"

#include <string.h>

scan_result scan_csv(const char *text, size_t length, const scan_format *format, const scan_field *fields,
                     int field_count, size_t max_rows, uint32_t *row_offsets, scan_bad *bads, size_t bad_capacity,
                     uint32_t offset_base) {
  row_context context = {text, format, fields, field_count, format->comment ? strlen(format->comment) : 0, offset_base};
  scan_result result = {0, 0, 0, 0};
  const char *p = text, *text_end = text + length;
  while (p < text_end && result.rows < max_rows) {
    const char *line_end = memchr(p, '\n', (size_t)(text_end - p));
    const char *next = line_end ? line_end + 1 : text_end;
    const char *end = line_end ? line_end : text_end;
    if (end > p && end[-1] == '\r') end--;
    if (!is_passed_over(&context, p, end)) {
      uint32_t offset = offset_base + (uint32_t)(p - text);
      row_outcome outcome = decode_row(&context, p, end, result.rows);
      if (outcome.reason == SCAN_FINE) {
        if (row_offsets) row_offsets[result.rows] = offset;
        result.rows++;
      } else {
        if (result.bad < bad_capacity)
          bads[result.bad] = (scan_bad){offset, (uint32_t)(end - p), (uint32_t)result.lines, outcome.field, outcome.reason};
        result.bad++;
      }
    }
    result.lines++;
    p = next;
  }
  result.consumed = (size_t)(p - text);
  return result;
}
