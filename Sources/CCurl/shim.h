#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

// The functions take any number of arguments, and Swift cannot call those.

static inline CURLcode hitmon_curl_set_number(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode hitmon_curl_set_text(CURL *handle, CURLoption option, const char *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode hitmon_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
  return curl_easy_setopt(handle, option, value);
}

typedef size_t (*hitmon_curl_callback)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode hitmon_curl_set_callback(CURL *handle, CURLoption option, hitmon_curl_callback callback) {
  return curl_easy_setopt(handle, option, callback);
}

static inline CURLcode hitmon_curl_get_number(CURL *handle, CURLINFO info, long *value) {
  return curl_easy_getinfo(handle, info, value);
}

// The result of a transfer stands in a union.
static inline CURLcode hitmon_curl_result(const CURLMsg *message) { return message->data.result; }
