// Libraries of native plugins.
#ifndef HITMON_LIBRARY_H
#define HITMON_LIBRARY_H

#include "hitmon_plugin.h"

/// What is done with a library to see whether it can be used: it is loaded, and one of its parts is opened.
typedef struct library_use {
  const char *path;
  /// A decoder or a function whose `open` is called; NULL for none.
  const char *decoder;
  const char *function;
  const hitmon_setting *settings;
  size_t setting_count;
} library_use;

/// Does it in a child process, so that a crash is an error and not the end. 0 where all went well, else 1 with a sentence
/// in `error`. `milliseconds` is how long it may take.
int library_try(const library_use *use, int milliseconds, char *error, size_t error_size);

/// Loads a library and gives what it has; NULL with a sentence in `error`. It stays loaded.
const hitmon_plugin *library_load(const char *path, char *error, size_t error_size);

#endif
