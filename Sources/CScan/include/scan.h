/// Text rows, binary words and binary records into columns.
///
/// The functions keep no state between calls, allocate nothing, and never read outside the bytes they are given. Every
/// input, however broken, ends in rows and records of malformed rows.
///
/// Columns are arrays of int32_t, int64_t, double or scan_slice. They must have 64 bytes of room behind the last row
/// asked for (`max_rows`), because vector stores may overrun by that much. The same holds for `row_offsets`.
#ifndef HITMON_SCAN_H
#define HITMON_SCAN_H

#include <stddef.h>
#include <stdint.h>

/// What a field of a row becomes.
typedef enum scan_lane {
  /// Not converted: the field only has to be there.
  SCAN_SKIP,
  /// int32_t. INT32_MIN is never written.
  SCAN_INT32,
  /// int64_t. INT64_MIN is never written.
  SCAN_INT64,
  /// double, never a NaN nor an infinity.
  SCAN_FLOAT64,
  /// scan_slice: where the text lies. Only for text rows.
  SCAN_TEXT,
  /// int64_t, nanoseconds from 1970 to the midnight of a date. Only for text rows, like the two below.
  SCAN_DATE,
  /// int64_t, nanoseconds from midnight.
  SCAN_TIME,
  /// int64_t, nanoseconds from 1970.
  SCAN_DATETIME,
} scan_lane;

/// Bytes of a text field, without blanks around it.
typedef struct scan_slice {
  /// From the start of the text, plus the call's `offset_base`.
  uint32_t start;
  /// In bytes, with SCAN_QUOTED set where the field stands in quotes. The bytes are then those between the quotes, in
  /// which every quote is still written twice.
  uint32_t length;
} scan_slice;

/// The bit of scan_slice.length that says that the text stood in quotes.
#define SCAN_QUOTED UINT32_C(0x80000000)

/// One field of a text row.
typedef struct scan_field {
  scan_lane lane;
  /// Nonzero rounds a SCAN_FLOAT64 to float, ties to even, after it was rounded to double.
  int single;
  /// The integers that SCAN_INT32 and SCAN_INT64 allow, both ends included.
  int64_t lower, upper;
  /// The column; NULL for SCAN_SKIP.
  void *column;
} scan_field;

/// How fields stand in a row.
///
/// Blanks are spaces and tabs other than the separator. They are allowed around every field and belong to none. A row
/// ends at '\n' or "\r\n". Lines of blanks only are passed over, and so are those whose first byte that is no blank
/// starts the comment prefix; neither is a row.
typedef struct scan_format {
  /// The byte between fields. 0: fields are separated by runs of blanks. Never '\n', '\r', the quote, or a byte of a
  /// number.
  char separator;
  /// A field that starts with this byte ends with it, may hold separators, and writes the byte itself twice. 0: none.
  /// Rows are lines all the same: a quoted field does not go on in the next one.
  char quote;
  /// What a line starts with that is no row; NULL or empty: none.
  const char *comment;
} scan_format;

/// Why a row is malformed. Where several hold, the fields' number and quotes come before their values, and among the
/// values the first field decides.
typedef enum scan_reason {
  /// Fewer fields than declared; `field` is the number of those that are there.
  SCAN_SHORT,
  /// More fields than declared; `field` is the number declared.
  SCAN_LONG,
  /// No number at all, or an empty field, or "nan", "inf" or hexadecimal.
  SCAN_NOT_A_NUMBER,
  /// A number with a fraction in an integer field: 12.5. Not 12.000 or 1.25e2, which are integers.
  SCAN_NOT_AN_INTEGER,
  /// Outside the field's range, or beyond what a float of its width can hold.
  SCAN_OUT_OF_RANGE,
  /// A quote that is never closed, or text behind a closing quote.
  SCAN_BAD_QUOTE,
  /// No date, no time of day, or one that does not exist: 2018-02-30.
  SCAN_NOT_A_TIME,
} scan_reason;

/// A row that could not be decoded.
typedef struct scan_bad {
  /// Where the row starts: bytes from the start of the text, plus the call's `offset_base`.
  uint32_t offset;
  /// Bytes of the row without its line end.
  uint32_t length;
  /// Lines (or records) of this call's text before it.
  uint32_t line;
  /// The field's number in the row, from 0.
  uint16_t field;
  /// A scan_reason.
  uint8_t reason;
} scan_bad;

/// What a call did.
typedef struct scan_result {
  /// Rows written to the columns.
  size_t rows;
  /// Malformed rows; those beyond the room for them are counted here and not stored.
  size_t bad;
  /// Lines (or records) passed, rows or not. A last line without line end counts.
  size_t lines;
  /// Bytes passed: where the next call starts.
  size_t consumed;
} scan_result;

/// Decodes rows until `max_rows` are written or the text ends.
///
/// The last row may end with the text instead of a line end, so a caller who has only a part of the input cuts it
/// behind its last '\n' (scan_last_newline). A malformed row writes nothing: its place is taken by the next row. The
/// text is shorter than 2 GiB, and `offset_base + length` fits 32 bits.
///
/// Numbers: an optional sign, decimal digits with or without a point, an optional exponent. Floats are rounded
/// correctly (nearest, ties to even). An integer field takes every number whose value is an integer.
///
/// @param row_offsets  where each written row starts, as in scan_bad.offset; NULL if not wanted.
/// @param bads         room for `bad_capacity` malformed rows, in the order of the text.
scan_result scan_csv(const char *text, size_t length, const scan_format *format, const scan_field *fields,
                     int field_count, size_t max_rows, uint32_t *row_offsets, scan_bad *bads, size_t bad_capacity,
                     uint32_t offset_base);

/// Reads one value by the rules of a field of that lane, whatever its range: into `integer`, or into `real` for
/// SCAN_FLOAT64. 0 where it is none. For SCAN_INT64, SCAN_FLOAT64, SCAN_DATE, SCAN_TIME and SCAN_DATETIME.
int scan_number(const char *text, size_t length, scan_lane lane, int64_t *integer, double *real);

/// The number of '\n' in the text.
size_t scan_count_lines(const char *text, size_t length);

/// The offset just behind the `count`-th '\n' (from 1), or `length` where there are fewer; 0 for a count of 0.
size_t scan_behind_line(const char *text, size_t length, size_t count);

/// The offset just behind the last '\n', or 0 where there is none: how much of the text is whole lines.
size_t scan_last_line(const char *text, size_t length);

/// Whether the text holds the word, in whatever place.
int scan_holds(const char *text, size_t length, const char *word, size_t word_length);

/// A field of a binary word: `bits` bits (1 to 63) from bit `shift` up, 0 being the lowest bit of the word.
typedef struct scan_bits {
  /// SCAN_INT32 (for up to 31 bits), SCAN_INT64, or SCAN_SKIP.
  scan_lane lane;
  uint8_t shift;
  uint8_t bits;
  /// Nonzero: the field's highest bit is its sign.
  uint8_t is_signed;
  void *column;
} scan_bits;

/// Cuts `rows` words of `word_bytes` bytes (1 to 8) into their fields. No word is malformed.
void scan_words(const uint8_t *words, size_t rows, int word_bytes, int big_endian, const scan_bits *fields,
                int field_count);

/// How a field of a binary record is stored.
typedef enum scan_storage {
  SCAN_U8,
  SCAN_U16,
  SCAN_U32,
  SCAN_U64,
  SCAN_I8,
  SCAN_I16,
  SCAN_I32,
  SCAN_I64,
  SCAN_F32,
  SCAN_F64,
} scan_storage;

/// A field of a binary record. Integers go to SCAN_INT32 or SCAN_INT64, floats to SCAN_FLOAT64.
typedef struct scan_stored {
  scan_lane lane;
  scan_storage storage;
  /// Bytes from the start of the record; the field lies inside it.
  uint32_t offset;
  int big_endian;
  /// The integers allowed, both ends included.
  int64_t lower, upper;
  void *column;
} scan_stored;

/// Decodes `count` records of `record_bytes` bytes. One with an integer outside its range, a NaN or an infinity is
/// malformed: it writes nothing, and `scan_bad.line` is its number. The columns need room for `count` rows.
scan_result scan_records(const uint8_t *records, size_t count, size_t record_bytes, const scan_stored *fields,
                         int field_count, uint32_t *row_offsets, scan_bad *bads, size_t bad_capacity,
                         uint32_t offset_base);

/// Writes the numbers of the rows whose flag is 1 (`keep` nonzero) or is not 1 (`keep` zero), ascending; gives how many
/// there are. `rows` has room for `count`.
size_t scan_select(const uint8_t *flags, size_t count, int keep, int32_t *rows);

/// Which instructions decoding uses; every level gives the same results.
typedef enum scan_level {
  /// Plain C.
  SCAN_PORTABLE,
  /// SSE4.2 (x86-64).
  SCAN_SSE,
  /// AVX2 with BMI (x86-64).
  SCAN_AVX2,
  /// AVX-512 with VBMI2 (x86-64).
  SCAN_AVX512,
} scan_level;

/// The level in use: at first the best that the processor has.
scan_level scan_current_level(void);

/// Chooses `level`, or the best below it that the processor has, for all threads; gives the level chosen. For tests.
scan_level scan_set_level(scan_level level);

#endif
