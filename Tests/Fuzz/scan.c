/// Every function of Sources/CScan/include/scan.h that reads bytes of others, at every level of instructions: what they
/// give must be the same, and lie inside the input. Memory is as small as the functions are promised.
///
/// An input is twelve bytes that choose a format, and then the text or the records.
#include "scan.h"
#include "target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD = 12, MOST_FIELDS = 12, MOST_BAD = 7, ROOM = 64 };

#define CHECK(condition)                                                                                               \
  do {                                                                                                                 \
    if (!(condition)) {                                                                                                \
      fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition);                                    \
      abort();                                                                                                         \
    }                                                                                                                  \
  } while (0)

/// What one level made of an input.
typedef struct {
  scan_result sum;
  uint64_t hash;
} outcome;

static void add(outcome *outcome, const void *bytes, size_t count) {
  const uint8_t *p = bytes;
  for (size_t i = 0; i < count; i++) outcome->hash = (outcome->hash ^ p[i]) * UINT64_C(1099511628211);
}

static void *allocate(size_t bytes) {
  void *memory = calloc(1, bytes ? bytes : 1);
  CHECK(memory);
  return memory;
}

static size_t width(scan_lane lane) { return lane == SCAN_INT32 ? 4 : 8; }

/// The columns of one call, exactly as large as they must be.
typedef struct {
  void *columns[MOST_FIELDS];
  uint32_t *offsets;
  scan_bad bads[MOST_BAD];
} table;

static void open_table(table *table, const scan_lane *lanes, int count, size_t rows) {
  for (int i = 0; i < count; i++)
    table->columns[i] = lanes[i] == SCAN_SKIP ? NULL : allocate(rows * width(lanes[i]) + ROOM);
  table->offsets = allocate(rows * 4 + ROOM);
}

static void close_table(table *table, int count) {
  for (int i = 0; i < count; i++) free(table->columns[i]);
  free(table->offsets);
}

static void take(outcome *outcome, const table *table, const scan_lane *lanes, int count, scan_result result,
                 size_t length) {
  CHECK(result.consumed <= length && result.rows + result.bad <= result.lines);
  for (int i = 0; i < count; i++)
    if (lanes[i] != SCAN_SKIP) add(outcome, table->columns[i], result.rows * width(lanes[i]));
  add(outcome, table->offsets, result.rows * 4);
  for (size_t i = 0; i < result.bad && i < MOST_BAD; i++) {
    const scan_bad *bad = &table->bads[i];
    CHECK((size_t)bad->offset + bad->length <= length && bad->line < result.lines);
    add(outcome, &bad->offset, 4), add(outcome, &bad->length, 4), add(outcome, &bad->line, 4);
    add(outcome, &bad->field, 2), add(outcome, &bad->reason, 1);
  }
  outcome->sum.rows += result.rows, outcome->sum.bad += result.bad, outcome->sum.lines += result.lines;
  outcome->sum.consumed += result.consumed;
}

static outcome decode_text(const uint8_t *head, const char *text, size_t length) {
  static const char separators[] = {',', ';', '\t', 0, ' ', '|', ',', ','};
  static const char *comments[] = {NULL, "#", "//", ""};
  const scan_format format = {separators[head[0] & 7], head[0] & 8 ? '"' : 0, comments[head[0] >> 4 & 3]};
  const int count = 1 + head[1] % MOST_FIELDS;
  const size_t rows = head[2] & 1 ? 1 + (head[2] >> 1) : 4096;
  scan_lane lanes[MOST_FIELDS];
  scan_field fields[MOST_FIELDS];
  for (int i = 0; i < count; i++) {
    const uint8_t kind = head[4 + i % 8] ^ (uint8_t)(i >= 8 ? 0x55 : 0);
    lanes[i] = (scan_lane)(kind & 7);
    const int64_t upper = kind & 8 ? INT64_MAX : kind & 16 ? 255 : INT32_MAX;
    fields[i] = (scan_field){lanes[i], kind >> 5 & 1, kind & 64 ? 0 : INT64_MIN + 1, upper, NULL};
  }
  outcome outcome = {{0, 0, 0, 0}, UINT64_C(14695981039346656037)};
  for (size_t done = 0; done < length;) {
    table table;
    open_table(&table, lanes, count, rows);
    for (int i = 0; i < count; i++) fields[i].column = table.columns[i];
    scan_result result = scan_csv(text + done, length - done, &format, fields, count, rows, table.offsets, table.bads,
                                  MOST_BAD, 0);
    for (int i = 0; i < count; i++)
      for (size_t row = 0; lanes[i] == SCAN_TEXT && row < result.rows; row++) {
        const scan_slice slice = ((const scan_slice *)table.columns[i])[row];
        CHECK((size_t)slice.start + (slice.length & ~SCAN_QUOTED) <= length - done);
      }
    take(&outcome, &table, lanes, count, result, length - done);
    close_table(&table, count);
    CHECK(result.consumed > 0);
    done += result.consumed;
  }
  CHECK(outcome.sum.consumed == length);
  CHECK(outcome.sum.lines == scan_count_lines(text, length) + (length > 0 && text[length - 1] != '\n'));
  return outcome;
}

static outcome decode_words(const uint8_t *head, const uint8_t *words, size_t length) {
  const int bytes = 1 + head[1] % 8, count = 1 + head[2] % MOST_FIELDS;
  const size_t rows = length / (size_t)bytes;
  scan_lane lanes[MOST_FIELDS];
  scan_bits fields[MOST_FIELDS];
  for (int i = 0; i < count; i++) {
    const uint8_t kind = head[4 + i % 8];
    const uint8_t shift = (uint8_t)(kind % (8 * bytes)), most = (uint8_t)(8 * bytes - shift);
    uint8_t bits = (uint8_t)(1 + head[3] % (most < 63 ? most : 63));
    lanes[i] = bits < 32 && kind & 1 ? SCAN_INT32 : SCAN_INT64;
    if (kind == 0xFF) lanes[i] = SCAN_SKIP;
    fields[i] = (scan_bits){lanes[i], shift, bits, kind >> 7, NULL};
  }
  outcome outcome = {{0, 0, 0, 0}, UINT64_C(14695981039346656037)};
  table table;
  open_table(&table, lanes, count, rows);
  for (int i = 0; i < count; i++) fields[i].column = table.columns[i];
  scan_words(words, rows, bytes, head[3] >> 7, fields, count);
  take(&outcome, &table, lanes, count, (scan_result){rows, 0, rows, rows * (size_t)bytes}, length);
  close_table(&table, count);
  return outcome;
}

static outcome decode_records(const uint8_t *head, const uint8_t *records, size_t length) {
  static const uint8_t widths[] = {1, 2, 4, 8, 1, 2, 4, 8, 4, 8};
  const int count = 1 + head[2] % MOST_FIELDS;
  scan_lane lanes[MOST_FIELDS];
  scan_stored fields[MOST_FIELDS];
  uint32_t end = 0;
  for (int i = 0; i < count; i++) {
    const uint8_t kind = head[4 + i % 8];
    const scan_storage storage = (scan_storage)(kind % 10);
    lanes[i] = storage >= SCAN_F32 ? SCAN_FLOAT64 : kind & 16 ? SCAN_INT32 : SCAN_INT64;
    if (kind > 0xF0) lanes[i] = SCAN_SKIP;
    fields[i] = (scan_stored){lanes[i], storage, end, kind >> 5 & 1, kind & 64 ? 0 : INT64_MIN + 1, INT64_MAX, NULL};
    end += widths[storage];
  }
  const size_t bytes = end + head[1] % 4, rows = length / bytes;
  outcome outcome = {{0, 0, 0, 0}, UINT64_C(14695981039346656037)};
  table table;
  open_table(&table, lanes, count, rows);
  for (int i = 0; i < count; i++) fields[i].column = table.columns[i];
  scan_result result =
      scan_records(records, rows, bytes, fields, count, table.offsets, table.bads, MOST_BAD, 0);
  take(&outcome, &table, lanes, count, result, length);
  close_table(&table, count);
  return outcome;
}

static void look_at_lines(const char *text, size_t length) {
  const size_t lines = scan_count_lines(text, length), last = scan_last_line(text, length);
  CHECK(lines <= length && last <= length && (last == 0) == (lines == 0));
  CHECK(scan_behind_line(text, length, lines) == last);
  for (int lane = SCAN_INT64; lane <= SCAN_DATETIME; lane++) {
    int64_t integer = 0;
    double real = 0;
    scan_number(text, length < 64 ? length : 64, (scan_lane)lane, &integer, &real);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < HEAD) return 0;
  const size_t length = size - HEAD;
  // A block of its own, so that every byte read beside it is seen.
  char *text = allocate(length);
  memcpy(text, data + HEAD, length);
  outcome first;
  for (int level = SCAN_PORTABLE; level <= SCAN_AVX512; level++) {
    if (scan_set_level((scan_level)level) != (scan_level)level) break;
    outcome outcome = data[0] < 192   ? decode_text(data, text, length)
                      : data[0] < 224 ? decode_words(data, (const uint8_t *)text, length)
                                      : decode_records(data, (const uint8_t *)text, length);
    if (level == SCAN_PORTABLE) first = outcome;
    CHECK(memcmp(&outcome, &first, sizeof outcome) == 0);
  }
  look_at_lines(text, length);
  free(text);
  return 0;
}
