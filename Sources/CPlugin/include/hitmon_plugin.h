/* Plugins of hitmon in machine code: decoders of records, and functions that compute columns, in a shared library made
 * in C or in any language that can have its calling conventions.
 *
 * A library has one symbol, hitmon_plugin_entry, which says what there is. docs/native.md explains it; there is an
 * example in docs/examples/native.
 *
 * What is called here is called by several threads at a time, but never by two for the same state.
 */
#ifndef HITMON_PLUGIN_H
#define HITMON_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this interface. A library that was made with another one is refused. */
#define HITMON_ABI 1

/* What stands for an unknown value. Of a float it is any NaN. */
#define HITMON_UNKNOWN_I32 INT32_MIN
#define HITMON_UNKNOWN_I64 INT64_MIN
#define HITMON_UNKNOWN_BOOL 2

enum hitmon_type {
  HITMON_I32 = 1,  /* int32_t */
  HITMON_I64 = 2,  /* int64_t */
  HITMON_F64 = 3,  /* double */
  HITMON_BOOL = 4  /* uint8_t: 0 false, 1 true */
};

/* A column. */
typedef struct hitmon_column {
  const char *name;
  const char *unit;        /* such as "ns"; NULL where it has none */
  uint32_t type;           /* enum hitmon_type */
  uint32_t may_be_unknown; /* 1 where a value may be unknown */
  int64_t low, high;       /* of whole numbers: the values that are possible; both 0 for all of the type */
} hitmon_column;

/* A setting that the YAML gives. */
typedef struct hitmon_setting {
  const char *key;
  const char *value;
} hitmon_setting;

/* What `open` gets: settings, and room for one sentence on why it cannot work. */
typedef struct hitmon_context {
  const hitmon_setting *settings;
  size_t setting_count;
  char *error;
  size_t error_size;
} hitmon_context;

/* Records: where each begins in `bytes`, and how many bytes it has. Of a line the end of line is not one of them. */
typedef struct hitmon_records {
  const uint8_t *bytes;
  const uint32_t *starts;
  const uint32_t *lengths;
  size_t count;
} hitmon_records;

/* A decoder: records to columns, one row for each record. */
typedef struct hitmon_decoder {
  const char *name;
  const char *summary;          /* one sentence */
  const hitmon_column *columns; /* what it gives */
  size_t column_count;
  uint32_t record_bytes;        /* bytes of each record; 0 where records are lines of text */
  uint32_t skip_bytes;          /* bytes of a file's header */
  const char *const *reasons;   /* why a record can be malformed: the sentence of the status 1, of 2, and so on */
  size_t reason_count;

  /* Makes what a decoder keeps from call to call, and gives 0; another number, with a sentence in `context->error`, where
   * it cannot work. May be NULL. */
  int (*open)(const hitmon_context *context, void **state);

  /* Writes the values of record i to `columns[c][i]`, for every c whose pointer is not NULL, and 0 to `status[i]`, or the
   * number of the reason where the record is malformed. Gives the number of records that it has decoded, which must be
   * all, or a negative number where it cannot go on. */
  int64_t (*decode)(void *state, const hitmon_records *records, void *const *columns, uint8_t *status);

  /* Frees the state. May be NULL. */
  void (*close)(void *state);
} hitmon_decoder;

/* A function that computes a column from others. */
typedef struct hitmon_function {
  const char *name;
  const char *summary;
  const hitmon_column *inputs; /* names that are taken where the YAML gives none; may_be_unknown is not looked at */
  size_t input_count;
  hitmon_column output;

  int (*open)(const hitmon_context *context, void **state);

  /* Computes `rows` values. Gives the number of rows that it has computed, which must be all, or a negative number where it
   * cannot go on. */
  int64_t (*evaluate)(void *state, size_t rows, const void *const *inputs, void *output);

  void (*close)(void *state);
} hitmon_function;

/* What a library has. */
typedef struct hitmon_plugin {
  uint32_t abi;  /* HITMON_ABI; it stands first in every version */
  uint32_t size; /* sizeof(hitmon_plugin) */
  const hitmon_decoder *decoders;
  size_t decoder_count;
  const hitmon_function *functions;
  size_t function_count;
} hitmon_plugin;

/* The symbol of a library. */
const hitmon_plugin *hitmon_plugin_entry(void);

#ifdef __cplusplus
}
#endif

#endif
