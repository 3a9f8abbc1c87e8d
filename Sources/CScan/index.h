/// Where the separators and line ends of a chunk of text lie.
#ifndef HITMON_INDEX_H
#define HITMON_INDEX_H

#include "scan.h"

/// Bytes of text indexed at once. Text, index and the columns it fills stay in the first-level cache.
enum { CHUNK = 8192 };

typedef struct {
  /// Offsets in the chunk of the separators and line ends, in order. The place before the first one is free for the end
  /// of the row before the chunk, and 64 behind the last for stores in advance.
  uint32_t room[1 + CHUNK + 64];
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
index_function index_sse, index_avx2;
#endif

#endif
