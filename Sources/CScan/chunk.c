#include "chunk.h"

#include <string.h>

/// Whether a row that starts with these bytes may be a comment or a blank line.
static inline int may_be_no_row(const row_context *context, const char *start) {
  char byte = *start;
  if (context->comment_length && (byte == context->format->comment[0] || is_blank(byte))) return 1;
  // A blank line has no separator: only where a row has none either can it pass for one.
  return context->field_count == 1 && (byte == '\n' || byte == '\r' || is_blank(byte));
}

size_t regular_rows(const chunk_decoder *decoder, const char *base, const place *ends, size_t count, size_t lines,
                    size_t most) {
  const row_context *context = &decoder->context;
  const size_t stride = (size_t)context->field_count, whole = count / stride;
  if (whole < most) most = whole;
  size_t rows = decoder->strips->regular(base, ends, stride, lines < most ? lines : most);
  if (context->comment_length || stride == 1)
    for (size_t row = 0; row < rows; row++)
      if (may_be_no_row(context, base + behind(ends[row * stride]))) rows = row;
  // Every row has its line end in the right place. If these are all the line ends, there is none in a wrong place.
  if (rows == lines) return rows;
  for (size_t row = 0; row < rows; row++) {
    const place *end = ends + row * stride + 1;
    for (size_t i = 0; i + 1 < stride; i++)
      if (base[end[i]] == '\n') return row;
  }
  return rows;
}

typedef struct {
  chunk_decoder *decoder;
  const char *base;
  const place *ends;
  size_t rows, row, bad;
} run;

static void reject(run *run, size_t row, int field, uint8_t reason) {
  row_outcome *outcomes = run->decoder->outcomes;
  if (run->bad == 0)
    for (size_t i = 0; i < run->rows; i++) outcomes[i] = (row_outcome){SCAN_FINE, 0};
  if (outcomes[row].reason != SCAN_FINE) return;
  outcomes[row] = (row_outcome){reason, (uint16_t)field};
  run->bad++;
}

/// Converts the fields of the rows in `which` by the general path.
static void decode_singly(run *run, int field, const strip *strip, size_t first, uint64_t which) {
  const row_context *context = &run->decoder->context;
  const int is_last = field + 1 == context->field_count;
  for (; which; which &= which - 1) {
    size_t i = (size_t)__builtin_ctzll(which);
    const place *places = strip->ends + i * strip->stride;
    const char *start = strip->base + behind(places[-1]), *end = strip->base + places[0];
    if (is_last && end > start && end[-1] == '\r') end--;
    uint8_t reason = decode_field(context, &context->fields[field], start, end, run->row + first + i);
    if (reason != SCAN_FINE) reject(run, first + i, field, reason);
  }
}

static inline int64_t clamp(int64_t value, int64_t lower, int64_t upper) {
  return value < lower ? lower : value > upper ? upper : value;
}

/// Converts a strip into `values` and tells which of them are wrong.
static uint64_t convert(chunk_decoder *decoder, int field, const strip *strip, size_t rows, void *values) {
  const scan_field *declared = &decoder->context.fields[field];
  const strip_functions *functions = decoder->strips;
  uint8_t *hint = &decoder->hints[field & 0xFF];
  if (declared->lane == SCAN_INT32) {
    // Plain digits give no value below zero, so bounds below it need not be kept exactly.
    int32_t lower = (int32_t)clamp(declared->lower, INT32_MIN, INT32_MAX);
    if (declared->lower > INT32_MAX || declared->upper < 0) lower = INT32_MAX;
    int32_t upper = (int32_t)clamp(declared->upper, 0, INT32_MAX);
    return functions->int32(strip, rows, lower, upper, hint, values);
  }
  if (declared->lane == SCAN_INT64)
    return functions->int64(strip, rows, declared->lower, declared->upper, hint, values);
  return functions->float64(strip, rows, declared->single, hint, values);
}

/// Remembers how many digits the first of the wrong floats has behind its point, for those that follow.
static void look_at_point(chunk_decoder *decoder, int field, const strip *strip, uint64_t wrong) {
  const place *end = strip->ends + (size_t)__builtin_ctzll(wrong) * strip->stride;
  const char *start = strip->base + behind(end[-1]), *stop = strip->base + end[0];
  const char *point = start < stop ? memchr(start, '.', (size_t)(stop - start)) : NULL;
  size_t places = point ? (size_t)(stop - point) - 1 : 0;
  uint8_t *hint = &decoder->hints[field & 0xFF];
  if (places > 0 && places <= 8) *hint = (uint8_t)((*hint & ~HINT_PLACES) | places);
}

/// The last field of rows that end in "\r\n", as a strip without the '\r'.
static strip without_returns(const strip *all, size_t rows, place pairs[2 * STRIP_ROWS]) {
  const place *end = all->ends;
  for (size_t i = 0; i < rows; i++, end += all->stride) {
    pairs[2 * i] = end[-1];
    pairs[2 * i + 1] = (place)(end[0] - (end[0] != behind(end[-1]) && all->base[end[0] - 1] == '\r'));
  }
  return (strip){all->base, pairs + 1, 2};
}

static void decode_strip(run *run, int field, const strip *all, size_t first, size_t rows) {
  const scan_field *declared = &run->decoder->context.fields[field];
  // Texts, dates and times have no vectors: the lanes from SCAN_TEXT on.
  if (declared->lane >= SCAN_TEXT) {
    decode_singly(run, field, all, first, UINT64_MAX >> (STRIP_ROWS - rows));
    return;
  }
  strip strip = *all;
  place pairs[2 * STRIP_ROWS];
  // Where only later rows end in '\r', it is no digit, and the general path takes them.
  if (field + 1 == run->decoder->context.field_count && strip.base[(int)strip.ends[0] - 1] == '\r')
    strip = without_returns(all, rows, pairs);
  size_t value_bytes = declared->lane == SCAN_INT32 ? 4 : 8;
  char *column = (char *)declared->column + (run->row + first) * value_bytes;
  int64_t rest[STRIP_ROWS];
  int is_whole = rows == STRIP_ROWS;
  uint64_t wrong = convert(run->decoder, field, &strip, rows, is_whole ? (void *)column : rest);
  if (!is_whole) memcpy(column, rest, rows * value_bytes);
  if (wrong) {
    decode_singly(run, field, all, first, wrong);
    if (declared->lane == SCAN_FLOAT64) look_at_point(run->decoder, field, &strip, wrong);
  }
}

static void decode_column(run *run, int field) {
  const size_t stride = (size_t)run->decoder->context.field_count;
  for (size_t first = 0; first < run->rows; first += STRIP_ROWS) {
    size_t rows = run->rows - first < STRIP_ROWS ? run->rows - first : STRIP_ROWS;
    strip strip = {run->base, run->ends + 1 + field + first * stride, stride};
    decode_strip(run, field, &strip, first, rows);
  }
}

/// Closes the gaps that malformed rows left in a column.
static void close_gaps(const run *run, const scan_field *field) {
  const row_outcome *outcomes = run->decoder->outcomes;
  size_t to = run->row;
  for (size_t i = 0; i < run->rows; i++) {
    if (outcomes[i].reason != SCAN_FINE) continue;
    size_t from = run->row + i;
    if (field->lane == SCAN_INT32) {
      ((int32_t *)field->column)[to++] = ((int32_t *)field->column)[from];
    } else {
      ((int64_t *)field->column)[to++] = ((int64_t *)field->column)[from];
    }
  }
}

size_t decode_run(chunk_decoder *decoder, const char *base, const place *ends, size_t rows, size_t row) {
  run run = {decoder, base, ends, rows, row, 0};
  const scan_field *fields = decoder->context.fields;
  for (int field = 0; field < decoder->context.field_count; field++)
    if (fields[field].lane != SCAN_SKIP) decode_column(&run, field);
  if (run.bad)
    for (int field = 0; field < decoder->context.field_count; field++)
      if (fields[field].lane != SCAN_SKIP) close_gaps(&run, &fields[field]);
  return run.bad;
}
