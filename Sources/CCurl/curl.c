#include "CCurl.h"

#include <dlfcn.h>
#include <stddef.h>

// Every function of libcurl that is used, by its name behind `curl_`.
#define FUNCTIONS(F)                                                                                                   \
  F(global_init)                                                                                                       \
  F(easy_init)                                                                                                         \
  F(easy_cleanup)                                                                                                      \
  F(easy_strerror)                                                                                                     \
  F(easy_setopt)                                                                                                       \
  F(easy_pause)                                                                                                        \
  F(slist_append)                                                                                                      \
  F(slist_free_all)                                                                                                    \
  F(multi_init)                                                                                                        \
  F(multi_cleanup)                                                                                                     \
  F(multi_add_handle)                                                                                                  \
  F(multi_remove_handle)                                                                                               \
  F(multi_perform)                                                                                                     \
  F(multi_poll)                                                                                                        \
  F(multi_info_read)

// Pointers of the types that the header declares.
#define POINTER(name) static __typeof__(&curl_##name) loaded_##name;
FUNCTIONS(POINTER)

int hitmon_curl_load(void) {
  // With OpenSSL, and with GnuTLS as Debian calls it.
  void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) library = dlopen("libcurl-gnutls.so.4", RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) return 0;
#define LOAD(name)                                                                                                     \
  loaded_##name = (__typeof__(&curl_##name))dlsym(library, "curl_" #name);                                             \
  if (loaded_##name == NULL) return 0;
  FUNCTIONS(LOAD)
  return loaded_global_init(CURL_GLOBAL_ALL) == CURLE_OK;
}

CURL *hitmon_curl_easy_init(void) { return loaded_easy_init(); }
void hitmon_curl_easy_cleanup(CURL *handle) { loaded_easy_cleanup(handle); }
const char *hitmon_curl_easy_strerror(CURLcode code) { return loaded_easy_strerror(code); }

struct curl_slist *hitmon_curl_slist_append(struct curl_slist *list, const char *text) {
  return loaded_slist_append(list, text);
}

void hitmon_curl_slist_free_all(struct curl_slist *list) { loaded_slist_free_all(list); }

CURLcode hitmon_curl_set_number(CURL *handle, CURLoption option, long value) {
  return loaded_easy_setopt(handle, option, value);
}

CURLcode hitmon_curl_set_text(CURL *handle, CURLoption option, const char *value) {
  return loaded_easy_setopt(handle, option, value);
}

CURLcode hitmon_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
  return loaded_easy_setopt(handle, option, value);
}

CURLcode hitmon_curl_set_callback(CURL *handle, CURLoption option, hitmon_curl_callback callback) {
  return loaded_easy_setopt(handle, option, callback);
}

CURLcode hitmon_curl_easy_resume(CURL *handle) { return loaded_easy_pause(handle, CURLPAUSE_CONT); }

CURLM *hitmon_curl_multi_init(void) { return loaded_multi_init(); }
void hitmon_curl_multi_cleanup(CURLM *multi) { loaded_multi_cleanup(multi); }
CURLMcode hitmon_curl_multi_add(CURLM *multi, CURL *handle) { return loaded_multi_add_handle(multi, handle); }
CURLMcode hitmon_curl_multi_remove(CURLM *multi, CURL *handle) { return loaded_multi_remove_handle(multi, handle); }
CURLMcode hitmon_curl_multi_perform(CURLM *multi, int *running) { return loaded_multi_perform(multi, running); }

CURLMcode hitmon_curl_multi_poll(CURLM *multi, int milliseconds) {
  return loaded_multi_poll(multi, NULL, 0, milliseconds, NULL);
}

CURL *hitmon_curl_multi_ended(CURLM *multi, CURLcode *result) {
  int left;
  CURLMsg *message;
  while ((message = loaded_multi_info_read(multi, &left)) != NULL) {
    if (message->msg != CURLMSG_DONE) continue;
    // The message is gone once its transfer is removed.
    CURL *handle = message->easy_handle;
    *result = message->data.result;
    return handle;
  }
  return NULL;
}
