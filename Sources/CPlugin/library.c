#define _GNU_SOURCE
#include "library.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"

static atomic_int exit_is_refused;
/// The files of libraries, as the sentence names them.
static char loaded[512];

/// Runs where the program ends by `exit`. Other threads are still at work, so nothing here may take a lock.
static void at_exit(void) {
  if (!atomic_load(&exit_is_refused) || !loaded[0]) return;
  char words[768];
  const int length = snprintf(
      words, sizeof words,
      "error: a native library has ended the program (%s): windows that were not written yet are not in the results\n",
      loaded);
  const ssize_t ignored = write(2, words, (size_t)length);
  (void)ignored;
  _exit(2);
}

void library_refuse_exit(void) {
  static atomic_flag is_registered = ATOMIC_FLAG_INIT;
  if (!atomic_flag_test_and_set(&is_registered)) atexit(at_exit);
  atomic_store(&exit_is_refused, 1);
}

void library_allow_exit(void) { atomic_store(&exit_is_refused, 0); }

static void note_loaded(const char *path) {
  const char *slash = strrchr(path, '/');
  const char *name = slash ? slash + 1 : path;
  // Libraries are tried and loaded more than once.
  if (strstr(loaded, name)) return;
  const size_t length = strlen(loaded);
  if (length + strlen(name) + 3 > sizeof loaded) return;
  char *place = loaded + length;
  if (length > 0) {
    memcpy(place, ", ", 2);
    place += 2;
  }
  // A control character would steer the terminal.
  for (; *name; name++) *place++ = (unsigned char)*name < 0x20 || *name == 0x7F ? '?' : *name;
  *place = 0;
}

const hitmon_plugin *library_load(const char *path, char *error, size_t error_size) {
  // Before it is loaded: that alone runs code of it.
  note_loaded(path);
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char *words = dlerror();
    snprintf(error, error_size, "cannot be loaded: %s", words ? words : "unknown reason");
    return NULL;
  }
  const hitmon_plugin *(*entry)(void) = (const hitmon_plugin *(*)(void))dlsym(library, "hitmon_plugin_entry");
  if (!entry) {
    snprintf(error, error_size, "has no function hitmon_plugin_entry: it is no plugin of hitmon");
    return NULL;
  }
  const hitmon_plugin *plugin = entry();
  if (!plugin) {
    snprintf(error, error_size, "gives no description of itself");
    return NULL;
  }
  if (plugin->abi != HITMON_ABI) {
    snprintf(
        error, error_size, "was made for version %u of the interface, and this hitmon has version %u", plugin->abi,
        HITMON_ABI);
    return NULL;
  }
  if (plugin->size < sizeof(hitmon_plugin)) {
    snprintf(error, error_size, "describes itself in %u bytes instead of %zu", plugin->size, sizeof(hitmon_plugin));
    return NULL;
  }
  return plugin;
}

/// Opens and closes a part of a library.
static int try_open(
    int (*open_state)(const hitmon_context *, void **), void (*close_state)(void *), const library_use *use,
    const char *name, char *error, size_t error_size) {
  if (!open_state) return 0;
  char words[256] = "";
  const hitmon_context context = {use->settings, use->setting_count, words, sizeof words};
  void *state = NULL;
  const int status = open_state(&context, &state);
  words[sizeof words - 1] = 0;
  if (status != 0) {
    snprintf(error, error_size, "refuses `%s`: %s", name, words[0] ? words : "it does not say why");
    return 1;
  }
  if (close_state) close_state(state);
  return 0;
}

static int try_here(const library_use *use, char *error, size_t error_size) {
  const hitmon_plugin *plugin = library_load(use->path, error, error_size);
  if (!plugin) return 1;
  for (size_t i = 0; use->decoder && i < plugin->decoder_count; i++) {
    const hitmon_decoder *decoder = &plugin->decoders[i];
    if (decoder->name && strcmp(decoder->name, use->decoder) == 0) {
      return try_open(decoder->open, decoder->close, use, use->decoder, error, error_size);
    }
  }
  for (size_t i = 0; use->function && i < plugin->function_count; i++) {
    const hitmon_function *function = &plugin->functions[i];
    if (function->name && strcmp(function->name, use->function) == 0) {
      return try_open(function->open, function->close, use, use->function, error, error_size);
    }
  }
  return 0;
}

int library_try(const library_use *use, int milliseconds, char *error, size_t error_size) {
  int ends[2];
  error[0] = 0;
  // A process more or less is no reason to refuse a library.
  if (pipe2(ends, O_CLOEXEC) != 0) return 0;
  const pid_t child = fork();
  if (child < 0) {
    close(ends[0]);
    close(ends[1]);
    return 0;
  }
  if (child == 0) {
    // Nobody wants a core of it, nor the handlers of the parent.
    for (int number = 1; number < 32; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    const int nowhere = open("/dev/null", O_RDWR);
    for (int i = 0; i < 3 && nowhere >= 0; i++) dup2(nowhere, i);
    char words[512] = "";
    const int status = try_here(use, words, sizeof words);
    // A byte says that all went well: any status could be that of a library that ended the process.
    const ssize_t ignored = status ? write(ends[1], words, strlen(words)) : write(ends[1], "\6", 1);
    (void)ignored;
    _exit(status ? 1 : 0);
  }
  close(ends[1]);
  // The pipe stays open as long as the child, or what it started.
  const int64_t deadline = program_clock() + (int64_t)milliseconds * 1000000;
  size_t length = 0;
  int is_late = 0;
  while (length + 1 < error_size) {
    const int64_t left = (deadline - program_clock()) / 1000000;
    struct pollfd end = {ends[0], POLLIN, 0};
    const int ready = left > 0 ? poll(&end, 1, (int)left) : 0;
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) {
      is_late = 1;
      break;
    }
    const ssize_t count = read(ends[0], error + length, error_size - 1 - length);
    if (count <= 0) break;
    length += (size_t)count;
  }
  error[length] = 0;
  close(ends[0]);
  if (is_late) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
  if (is_late) {
    snprintf(error, error_size, "did not finish loading within %d s", milliseconds / 1000);
    return 1;
  }
  if (WIFSIGNALED(status)) {
    snprintf(error, error_size, "crashes when it is loaded (%s)", signal_name(WTERMSIG(status)));
    return 1;
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && length == 1 && error[0] == 6) {
    error[0] = 0;
    return 0;
  }
  if (length == 0) snprintf(error, error_size, "ends the program when it is loaded");
  return 1;
}
