/* A plugin of hitmon in C: a straw tube detector whose front end packs a hit into 8 bytes, and the radius of a track's
 * circle from the drift time, by a relation that no straight line describes.
 *
 *   cc -shared -fPIC -O2 -I Sources/CPlugin/include -o libstraws.so docs/examples/native/straws.c -lm
 */
#include "hitmon_plugin.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- The decoder: bits 0-9 straw, 10-13 board, 16-47 time in units of 0.4 ns, 63 parity. --- */

enum { STRAW, BOARD, TIME };

static const hitmon_column columns[] = {
  [STRAW] = {.name = "straw", .type = HITMON_I32, .low = 0, .high = 1023},
  [BOARD] = {.name = "board", .type = HITMON_I32, .low = 0, .high = 15},
  [TIME] = {.name = "time", .unit = "ns", .type = HITMON_F64},
};

static const char *const reasons[] = {"the parity is wrong", "the board is not there"};

typedef struct straws {
  int boards;
} straws;

static const char *setting(const hitmon_context *context, const char *key, const char *otherwise) {
  for (size_t i = 0; i < context->setting_count; i++) {
    if (strcmp(context->settings[i].key, key) == 0) return context->settings[i].value;
  }
  return otherwise;
}

static int open_straws(const hitmon_context *context, void **state) {
  const int boards = atoi(setting(context, "boards", "16"));
  if (boards < 1 || boards > 16) {
    snprintf(context->error, context->error_size, "there are 1 to 16 boards, not %d", boards);
    return 1;
  }
  straws *self = malloc(sizeof *self);
  self->boards = boards;
  *state = self;
  return 0;
}

static int64_t decode_straws(void *state, const hitmon_records *records, void *const *out, uint8_t *status) {
  const straws *self = state;
  int32_t *straw = out[STRAW], *board = out[BOARD];
  double *time = out[TIME];
  for (size_t i = 0; i < records->count; i++) {
    const uint8_t *bytes = records->bytes + records->starts[i];
    uint64_t word = 0;
    for (int byte = 7; byte >= 0; byte--) word = word << 8 | bytes[byte];
    const int32_t number = word >> 10 & 0xF;
    status[i] = __builtin_parityll(word) ? 1 : number >= self->boards ? 2 : 0;
    /* What nothing in the pipeline needs has no column. */
    if (straw) straw[i] = word & 0x3FF;
    if (board) board[i] = number;
    if (time) time[i] = 0.4 * (double)(word >> 16 & 0xFFFFFFFF);
  }
  return (int64_t)records->count;
}

/* --- The function: drift time to radius. --- */

static const hitmon_column drift = {.name = "drift", .unit = "ns", .type = HITMON_F64};

static int64_t radius(void *state, size_t rows, const void *const *inputs, void *output) {
  const double *drift = inputs[0];
  double *radius = output;
  (void)state;
  for (size_t i = 0; i < rows; i++) radius[i] = drift[i] >= 0 ? 0.4 * sqrt(drift[i]) : NAN;
  return (int64_t)rows;
}

/* --- What there is. --- */

static const hitmon_decoder decoders[] = {{
  .name = "straws",
  .summary = "Hits of the straw tubes, 8 bytes each.",
  .columns = columns,
  .column_count = 3,
  .record_bytes = 8,
  .reasons = reasons,
  .reason_count = 2,
  .open = open_straws,
  .decode = decode_straws,
  .close = free,
}};

static const hitmon_function functions[] = {{
  .name = "radius",
  .summary = "How far from the wire a track passed.",
  .inputs = &drift,
  .input_count = 1,
  .output = {.name = "radius", .unit = "mm", .type = HITMON_F64, .may_be_unknown = 1},
  .evaluate = radius,
}};

const hitmon_plugin *hitmon_plugin_entry(void) {
  static const hitmon_plugin plugin = {
    .abi = HITMON_ABI,
    .size = sizeof plugin,
    .decoders = decoders,
    .decoder_count = 1,
    .functions = functions,
    .function_count = 1,
  };
  return &plugin;
}
