#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

int64_t program_clock(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

const char *signal_name(int number) {
  switch (number) {
    case SIGSEGV: return "SIGSEGV";
    case SIGABRT: return "SIGABRT";
    case SIGBUS: return "SIGBUS";
    case SIGFPE: return "SIGFPE";
    case SIGILL: return "SIGILL";
    case SIGKILL: return "SIGKILL";
    case SIGTERM: return "SIGTERM";
    case SIGPIPE: return "SIGPIPE";
    case SIGINT: return "SIGINT";
    default: return "a signal";
  }
}

/// A program may be gone when something is written to it; that is an error of the write, not the end of hitmon.
static void ignore_broken_pipes(void) {
  struct sigaction action;
  if (sigaction(SIGPIPE, NULL, &action) == 0 && action.sa_handler == SIG_DFL) signal(SIGPIPE, SIG_IGN);
}

int program_start(char *const *argv, const char *directory, program_pipes *pipes) {
  int ends[6] = {-1, -1, -1, -1, -1, -1};
  int error = 0;
  ignore_broken_pipes();
  for (int i = 0; i < 3 && !error; i++) {
    if (pipe2(ends + 2 * i, O_CLOEXEC) != 0) error = errno;
  }
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  pid_t pid = -1;
  if (!error) {
    posix_spawn_file_actions_adddup2(&actions, ends[0], 0);
    posix_spawn_file_actions_adddup2(&actions, ends[3], 1);
    posix_spawn_file_actions_adddup2(&actions, ends[5], 2);
    if (directory) error = posix_spawn_file_actions_addchdir_np(&actions, directory);
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    if (!error) error = posix_spawnp(&pid, argv[0], &actions, &attributes, argv, environ);
  }
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  const int theirs[3] = {ends[0], ends[3], ends[5]}, ours[3] = {ends[1], ends[2], ends[4]};
  for (int i = 0; i < 3; i++) {
    if (theirs[i] >= 0) close(theirs[i]);
    if (ours[i] < 0) continue;
    if (error) {
      close(ours[i]);
    } else {
      fcntl(ours[i], F_SETFL, fcntl(ours[i], F_GETFL) | O_NONBLOCK);
    }
  }
  if (error) return error;
  *pipes = (program_pipes){.pid = pid, .input = ours[0], .output = ours[1], .errors = ours[2]};
  return 0;
}

int program_ended(program_pipes *pipes, int milliseconds, int *status) {
  if (pipes->pid <= 0) return 1;
  for (int waited = 0;; waited++) {
    const pid_t done = waitpid(pipes->pid, status, WNOHANG);
    if (done == pipes->pid || (done < 0 && errno == ECHILD)) {
      if (done < 0) *status = 0;
      // What it started and left behind has nobody to answer to.
      kill(-pipes->pid, SIGKILL);
      pipes->pid = -1;
      return 1;
    }
    if (waited >= milliseconds) return 0;
    const struct timespec pause = {0, 1000000};
    nanosleep(&pause, NULL);
  }
}

void program_kill(program_pipes *pipes) {
  int *const ends[3] = {&pipes->input, &pipes->output, &pipes->errors};
  for (int i = 0; i < 3; i++) {
    if (*ends[i] >= 0) close(*ends[i]);
    *ends[i] = -1;
  }
  if (pipes->pid <= 0) return;
  kill(-pipes->pid, SIGKILL);
  int status;
  while (waitpid(pipes->pid, &status, 0) < 0 && errno == EINTR) {}
  pipes->pid = -1;
}
