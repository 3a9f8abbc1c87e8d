/// The fast path: a chunk of text at a time, column by column.
#ifndef HITMON_CHUNK_H
#define HITMON_CHUNK_H

#include "index.h"
#include "row.h"
#include "strip.h"

/// Rows of a chunk at most: a row has at least one byte and a line end.
enum { CHUNK_ROWS = CHUNK / 2 };

/// What a call to scan_csv works with from chunk to chunk.
typedef struct {
  row_context context;
  index_function *index_chunk;
  const strip_functions *strips;
  /// What the fields (by their number, cut to eight bits) looked like last.
  uint8_t hints[256];
  chunk_index index;
  /// Rows of the chunk that are malformed, where any is.
  row_outcome outcomes[CHUNK_ROWS];
} chunk_decoder;

/// How many rows behind the separator or line end `ends[0]` have the right number of fields and are neither comments
/// nor blank lines, `most` at most. `count` separators and line ends follow `ends[0]`, and `lines` of them are line ends.
size_t regular_rows(const chunk_decoder *decoder, const char *base, const place *ends, size_t count, size_t lines,
                    size_t most);

/// Decodes `rows` regular rows into the columns from place `row` on; `ends[0]` is where the row before them ended.
/// Gives the number of malformed rows, which `decoder->outcomes` tells then. The good ones lie in the columns without
/// gaps.
size_t decode_run(chunk_decoder *decoder, const char *base, const place *ends, size_t rows, size_t row);

#endif
