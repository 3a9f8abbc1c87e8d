#include "chunk.h"

#include <string.h>

/// A call to scan_csv while it runs.
typedef struct {
  chunk_decoder decoder;
  const char *text_end;
  size_t max_rows;
  uint32_t *row_offsets;
  scan_bad *bads;
  size_t bad_capacity;
  scan_result result;
} scan;

static inline uint32_t offset_of(const scan *scan, const char *start) {
  return scan->decoder.context.offset_base + (uint32_t)(start - scan->decoder.context.text);
}

static void record_bad(scan *scan, const char *start, const char *end, size_t line, row_outcome outcome) {
  if (scan->result.bad < scan->bad_capacity)
    scan->bads[scan->result.bad] = (scan_bad){.offset = offset_of(scan, start),
                                              .length = (uint32_t)(end - start),
                                              .line = (uint32_t)line,
                                              .field = outcome.field,
                                              .reason = outcome.reason};
  scan->result.bad++;
}

/// The line's end without a '\r' before it.
static inline const char *without_return(const char *start, const char *end) {
  return end > start && end[-1] == '\r' ? end - 1 : end;
}

/// Takes the line [start, line_end), whatever it is.
static void take_line(scan *scan, const char *start, const char *line_end) {
  const row_context *context = &scan->decoder.context;
  const char *end = without_return(start, line_end);
  if (!is_passed_over(context, start, end)) {
    row_outcome outcome = decode_row(context, start, end, scan->result.rows);
    if (outcome.reason == SCAN_FINE) {
      if (scan->row_offsets) scan->row_offsets[scan->result.rows] = offset_of(scan, start);
      scan->result.rows++;
    } else {
      record_bad(scan, start, end, scan->result.lines, outcome);
    }
  }
  scan->result.lines++;
}

/// Takes lines until one ends at `until` or behind it. Gives where the next one starts.
static const char *take_lines(scan *scan, const char *start, const char *until) {
  while (start < until && scan->result.rows < scan->max_rows) {
    const char *line_end = memchr(start, '\n', (size_t)(scan->text_end - start));
    take_line(scan, start, line_end ? line_end : scan->text_end);
    start = line_end ? line_end + 1 : scan->text_end;
  }
  return start;
}

/// Takes `rows` regular rows.
static void take_run(scan *scan, const char *base, const place *ends, size_t rows) {
  const size_t stride = (size_t)scan->decoder.context.field_count;
  const size_t first = scan->result.rows;
  size_t bad = decode_run(&scan->decoder, base, ends, rows, first);
  const uint32_t start = offset_of(scan, base);
  if (!bad) {
    if (scan->row_offsets)
      scan->decoder.strips->offsets(ends, stride, rows, start, scan->row_offsets + first);
    scan->result.rows += rows;
  } else {
    for (size_t i = 0; i < rows; i++) {
      const row_outcome outcome = scan->decoder.outcomes[i];
      if (outcome.reason == SCAN_FINE) {
        if (scan->row_offsets) scan->row_offsets[scan->result.rows] = start + behind(ends[i * stride]);
        scan->result.rows++;
      } else {
        const char *row = base + behind(ends[i * stride]), *line_end = base + ends[(i + 1) * stride];
        record_bad(scan, row, without_return(row, line_end), scan->result.lines + i, outcome);
      }
    }
  }
  scan->result.lines += rows;
}

/// How many rows are looked at behind a line that stops a run of regular rows. The next look is at twice as many rows as
/// the last one found, and so on: every line is looked at a few times at most, whatever the text is made of.
enum { LEAST_LOOK = 16 };

/// Takes the rows that end in the chunk at `base`. Gives where the next one starts; `base` itself if none ends there.
static const char *take_chunk(scan *scan, const char *base) {
  chunk_decoder *decoder = &scan->decoder;
  const scan_format *format = decoder->context.format;
  const size_t rest = (size_t)(scan->text_end - base), length = rest < CHUNK ? rest : CHUNK;
  chunk_index *index = &decoder->index;
  decoder->index_chunk(base, length, format->separator, format->quote, index);
  if (index->has_quotes) return take_lines(scan, base, base + length);
  const size_t stride = (size_t)decoder->context.field_count;
  size_t lines = index->lines, done = 0, look = CHUNK;
  // The row before the chunk ended one byte before it; sums with this wrap to the right place.
  index->room[0] = (place)-1;
  while (lines > 0 && scan->result.rows < scan->max_rows) {
    const place *ends = index->room + done;
    size_t rows = regular_rows(decoder, base, ends, index->count - done, lines, look);
    look = LEAST_LOOK + 2 * rows;
    if (rows > scan->max_rows - scan->result.rows) rows = scan->max_rows - scan->result.rows;
    if (rows > 0) {
      take_run(scan, base, ends, rows);
      done += rows * stride;
      lines -= rows;
    } else {
      size_t next = 1;
      while (base[ends[next]] != '\n') next++;
      take_line(scan, base + behind(ends[0]), base + ends[next]);
      done += next;
      lines--;
    }
  }
  return base + behind(index->room[done]);
}

static void choose_level(chunk_decoder *decoder) {
  decoder->index_chunk = index_portable;
  decoder->strips = &strips_portable;
#if defined(__x86_64__)
  scan_level level = scan_current_level();
  if (level == SCAN_AVX512) {
    decoder->index_chunk = index_avx512;
    decoder->strips = &strips_avx512;
  } else if (level == SCAN_AVX2) {
    decoder->index_chunk = index_avx2;
    decoder->strips = &strips_avx2;
  } else if (level == SCAN_SSE) {
    decoder->index_chunk = index_sse;
    decoder->strips = &strips_sse;
  }
#endif
}

/// How much of the text must lie before a chunk, so that loads which end in it start in the text.
enum { BYTES_BEFORE = 16 };

scan_result scan_csv(const char *text, size_t length, const scan_format *format, const scan_field *fields,
                     int field_count, size_t max_rows, uint32_t *row_offsets, scan_bad *bads, size_t bad_capacity,
                     uint32_t offset_base) {
  scan scan;
  size_t comment_length = format->comment ? strlen(format->comment) : 0;
  scan.decoder.context = (row_context){text, format, fields, field_count, comment_length, offset_base};
  memset(scan.decoder.hints, 0, sizeof scan.decoder.hints);
  choose_level(&scan.decoder);
  scan.text_end = text + length;
  scan.max_rows = max_rows;
  scan.row_offsets = row_offsets;
  scan.bads = bads;
  scan.bad_capacity = bad_capacity;
  scan.result = (scan_result){0, 0, 0, 0};
  const char *start = text;
  if (format->separator && field_count > 0) {
    start = take_lines(&scan, start, text + (length < BYTES_BEFORE ? length : BYTES_BEFORE));
    while (start < scan.text_end && scan.result.rows < max_rows) {
      const char *next = take_chunk(&scan, start);
      start = next > start ? next : take_lines(&scan, start, start + 1);
    }
  } else {
    start = take_lines(&scan, start, scan.text_end);
  }
  scan.result.consumed = (size_t)(start - text);
  return scan.result;
}
