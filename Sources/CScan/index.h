/// Where the separators and line ends of a chunk of text lie.
#ifndef HITMON_INDEX_H
#define HITMON_INDEX_H

#include "scan.h"

/// Bytes of text indexed at once. Text, index and the columns it fills stay in the first-level cache.
enum { CHUNK = 8192 };

/// How far ahead text is asked for that comes from memory. Asking beyond its end does no harm.
enum { AHEAD = 2048 };

/// Where a separator or line end lies in its chunk. The line end before the chunk is at -1, which wraps: what is
/// computed from places is cut to 16 bits.
typedef uint16_t place;

/// Where the field (or row) behind a place starts.
static inline place behind(place end) { return (place)(end + 1); }

typedef struct {
  /// The separators and line ends, in order. The place before the first one is free for the end of the row before the
  /// chunk, and 64 behind the last for stores in advance.
  place room[1 + CHUNK + 64];
  size_t count;
  /// How many of them are line ends.
  size_t lines;
  /// The chunk holds the quote character.
  int has_quotes;
} chunk_index;

/// Indexes `length` bytes (up to CHUNK). `quote` 0 looks for none.
typedef void index_function(const char *text, size_t length, char separator, char quote, chunk_index *index);

index_function index_portable;
#if defined(__x86_64__)
index_function index_sse, index_avx2, index_avx512;
#endif

#endif
