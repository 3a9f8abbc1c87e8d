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

/// From here on the end of the program by `exit`, from whatever thread, is an error: a sentence that names the libraries
/// that are loaded, and status 2. A library that calls it must not make a run look like one that has gone well.
void library_refuse_exit(void);

/// From here on the program may end: it does so by itself.
void library_allow_exit(void);

/// Loads a library and gives what it has; NULL with a sentence in `error`. It stays loaded.
const hitmon_plugin *library_load(const char *path, char *error, size_t error_size);

#endif
