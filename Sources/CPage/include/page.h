/// The files of the live page, as they are in the program.
///
/// They are embedded when the program is compiled, so that it needs no folder beside it and shows no other page than the
/// one that it was tested with.
#ifndef HITMON_PAGE_H
#define HITMON_PAGE_H

#include <stddef.h>

/// One file of the page. All of it is there for as long as the program runs.
typedef struct page_file {
  /// The path below /assets/, such as `app.js` or `plots/steps.js`. That of the page itself is `index.html`.
  const char *name;
  /// The MIME type, with the character set where it is text.
  const char *type;
  /// The contents; not ended by a zero.
  const unsigned char *bytes;
  size_t length;
} page_file;

/// How many files there are.
size_t page_file_count(void);

/// A file by its place in 0 ..< page_file_count(); the page itself is the first.
const page_file *page_file_at(size_t index);

#endif
