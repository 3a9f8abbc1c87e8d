#define _GNU_SOURCE
#include "scan.h"

#include <string.h>

size_t scan_behind_line(const char *text, size_t length, size_t count) {
  const char *p = text, *end = text + length;
  for (; count > 0; count--) {
    const char *line_end = memchr(p, '\n', (size_t)(end - p));
    if (!line_end) return length;
    p = line_end + 1;
  }
  return (size_t)(p - text);
}

size_t scan_last_line(const char *text, size_t length) {
  const char *line_end = length ? memrchr(text, '\n', length) : NULL;
  return line_end ? (size_t)(line_end - text) + 1 : 0;
}

int scan_holds(const char *text, size_t length, const char *word, size_t word_length) {
  return memmem(text, length, word, word_length) != NULL;
}

/// Counts that many bytes side by side, so that the compiler makes vectors of it.
enum { WIDTH = 64 };

size_t scan_count_lines(const char *text, size_t length) {
  size_t count = 0, i = 0;
  while (length - i >= WIDTH) {
    // A byte counts to 255 before it wraps.
    uint8_t counts[WIDTH] = {0};
    for (int turn = 0; turn < 255 && length - i >= WIDTH; turn++, i += WIDTH)
      for (size_t k = 0; k < WIDTH; k++) counts[k] += text[i + k] == '\n';
    for (size_t k = 0; k < WIDTH; k++) count += counts[k];
  }
  for (; i < length; i++) count += text[i] == '\n';
  return count;
}
