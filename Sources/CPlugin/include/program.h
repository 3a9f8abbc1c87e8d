// Programs at the other end of pipes.
#ifndef HITMON_PROGRAM_H
#define HITMON_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

/// The pipes of a program that was started: where it reads, and where it writes. They do not block.
typedef struct program_pipes {
  int32_t pid;
  int32_t input;
  int32_t output;
  int32_t errors;
} program_pipes;

/// Starts a program in a folder (NULL: the current one) and in a process group of its own, so that Ctrl-C reaches it only
/// by way of hitmon. 0, or the number of the error.
int program_start(char *const *argv, const char *directory, program_pipes *pipes);

/// Ends a program and all that it started, and waits for its end; its pipes are closed.
void program_kill(program_pipes *pipes);

/// Whether it has ended; its status then, as `waitpid` gives it. Waits `milliseconds` for that.
int program_ended(program_pipes *pipes, int milliseconds, int *status);

/// The name of a signal, such as "SIGSEGV".
const char *signal_name(int number);

/// Nanoseconds of a clock that is never set.
int64_t program_clock(void);

#endif
