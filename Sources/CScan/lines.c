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
  const char *line_end = memrchr(text, '\n', length);
  return line_end ? (size_t)(line_end - text) + 1 : 0;
}

size_t scan_count_lines(const char *text, size_t length) {
  size_t count = 0;
  for (size_t i = 0; i < length; i++) count += text[i] == '\n';
  return count;
}
