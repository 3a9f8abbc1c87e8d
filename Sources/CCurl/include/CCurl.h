#ifndef HITMON_CCURL_H
#define HITMON_CCURL_H

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

// libcurl, loaded when it is first needed. It brings two dozen libraries along, which would cost every start of the
// program more than all else together, and few runs read from a bucket. Only its header is needed to compile.

/// Loads libcurl and sets it up. Whether it is there; nothing else may be called if not. Not for two threads at once.
int hitmon_curl_load(void);

CURL *hitmon_curl_easy_init(void);
void hitmon_curl_easy_cleanup(CURL *handle);
const char *hitmon_curl_easy_strerror(CURLcode code);
struct curl_slist *hitmon_curl_slist_append(struct curl_slist *list, const char *text);
void hitmon_curl_slist_free_all(struct curl_slist *list);

// Swift cannot call functions that take any number of arguments.
CURLcode hitmon_curl_set_number(CURL *handle, CURLoption option, long value);
CURLcode hitmon_curl_set_text(CURL *handle, CURLoption option, const char *value);
CURLcode hitmon_curl_set_pointer(CURL *handle, CURLoption option, void *value);
typedef size_t (*hitmon_curl_callback)(char *bytes, size_t size, size_t count, void *context);
CURLcode hitmon_curl_set_callback(CURL *handle, CURLoption option, hitmon_curl_callback callback);

/// Lets a transfer go on that a callback has paused; what it was called with comes again.
CURLcode hitmon_curl_easy_resume(CURL *handle);

CURLM *hitmon_curl_multi_init(void);
void hitmon_curl_multi_cleanup(CURLM *multi);
CURLMcode hitmon_curl_multi_add(CURLM *multi, CURL *handle);
CURLMcode hitmon_curl_multi_remove(CURLM *multi, CURL *handle);
CURLMcode hitmon_curl_multi_perform(CURLM *multi, int *running);
CURLMcode hitmon_curl_multi_poll(CURLM *multi, int milliseconds);

/// The next transfer that has ended, and how; null where there is none.
CURL *hitmon_curl_multi_ended(CURLM *multi, CURLcode *result);

#endif
