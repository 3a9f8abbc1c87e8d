/// One row of text, field by field: every form that the format allows. What is special about a chunk's rows sends them
/// here, and the fast paths must mean the same.
#ifndef HITMON_ROW_H
#define HITMON_ROW_H

#include "number.h"

/// The outcome of one row: `reason` is SCAN_FINE or a scan_reason about the field `field`.
typedef struct {
  uint8_t reason;
  uint16_t field;
} row_outcome;

/// The arguments of a call to scan_csv that do not change while it runs.
typedef struct {
  const char *text;
  const scan_format *format;
  const scan_field *fields;
  int field_count;
  size_t comment_length;
  uint32_t offset_base;
} row_context;

/// Whether the line [start, end) is no row: blank, or a comment.
int is_passed_over(const row_context *context, const char *start, const char *end);

/// Decodes the row [start, end), line end excluded, into place `row` of the columns. The columns hold anything there if
/// the row is malformed.
row_outcome decode_row(const row_context *context, const char *start, const char *end, size_t row);

/// Converts the field [start, end), which does not stand in quotes, into place `row` of its column. SCAN_FINE or a
/// scan_reason.
uint8_t decode_field(const row_context *context, const scan_field *field, const char *start, const char *end,
                     size_t row);

#endif
