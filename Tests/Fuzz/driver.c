/// Runs a fuzz target where there is no libFuzzer, and always the same inputs for the same seed:
///
///     driver ROUNDS SEED FILE...
///
/// First the files as they are, then so many inputs that are made of them. The input at hand is in the file `fuzz-input`
/// of the current folder if the target ends the program.
#include "target.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 1 << 16 };

typedef struct {
  uint8_t *bytes;
  size_t count;
} input;

static uint64_t state;

static uint64_t next(uint64_t bound) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return bound ? (state >> 11) % bound : 0;
}

static input load(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) {
    fprintf(stderr, "driver: cannot open %s\n", path);
    exit(2);
  }
  input input = {malloc(MOST), 0};
  if (!input.bytes) exit(2);
  input.count = fread(input.bytes, 1, MOST, file);
  fclose(file);
  return input;
}

static void try_input(const uint8_t *bytes, size_t count) {
  FILE *file = fopen("fuzz-input", "wb");
  if (file) {
    fwrite(bytes, 1, count, file);
    fclose(file);
  }
  LLVMFuzzerTestOneInput(bytes, count);
}

/// What decoders look at.
static const char *const pieces[] = {"\n", "\r\n", "\n\n\n\n", ",", ",,", ";", " ", "\t", "\"", "\"\"", "#", "//", "-", "+",
                                     ".", "e", "1e400", "9223372036854775807", "9223372036854775808", "4294967296",
                                     "-2147483648", "0.1", "nan", "inf", "0x10", "1,2,3\n", "2018-07-05", "12:30:45.678",
                                     "2018-07-05T12:30:45Z", "000000000000000000000012", "12345678.12345678"};

static size_t mutate(uint8_t *bytes, size_t count, const input *other) {
  for (uint64_t change = 1 + next(8); change > 0; change--) {
    const size_t place = next(count + 1);
    size_t length = 1 + next(count - place < 400 ? count - place + 1 : 400);
    const uint8_t *source = NULL;
    uint8_t byte = (uint8_t)next(256);
    switch (next(6)) {
    case 0:
      if (place < count) bytes[place] = byte;
      continue;
    case 1:
      if (place + length > count) length = count - place;
      memmove(bytes + place, bytes + place + length, count - place - length);
      count -= length;
      continue;
    case 2:
      source = &byte, length = 1;
      break;
    case 3:
      source = (const uint8_t *)pieces[next(sizeof pieces / sizeof *pieces)];
      length = strlen((const char *)source);
      break;
    case 4: {
      if (!other->count) continue;
      const size_t from = next(other->count);
      source = other->bytes + from;
      if (length > other->count - from) length = other->count - from;
      break;
    }
    default:
      // The same again, up to many times: long runs are what fast paths are for.
      if (place + length > count) length = count - place;
      for (uint64_t times = next(40); length > 0 && times > 0 && count + length <= MOST; times--) {
        memmove(bytes + place + length, bytes + place, count - place);
        count += length;
      }
      continue;
    }
    if (count + length > MOST) continue;
    uint8_t copy[512];
    if (length > sizeof copy) length = sizeof copy;
    memcpy(copy, source, length);
    memmove(bytes + place + length, bytes + place, count - place);
    memcpy(bytes + place, copy, length);
    count += length;
  }
  return count;
}

int main(int argc, char **argv) {
  if (argc < 4) {
    fprintf(stderr, "usage: driver ROUNDS SEED FILE...\n");
    return 2;
  }
  const long rounds = strtol(argv[1], NULL, 10);
  state = strtoull(argv[2], NULL, 10) * UINT64_C(0x9E3779B97F4A7C15) | 1;
  const size_t files = (size_t)argc - 3;
  input *inputs = calloc(files, sizeof *inputs);
  uint8_t *bytes = malloc(MOST);
  if (!inputs || !bytes) return 2;
  for (size_t i = 0; i < files; i++) {
    inputs[i] = load(argv[3 + i]);
    try_input(inputs[i].bytes, inputs[i].count);
  }
  for (long round = 0; round < rounds; round++) {
    const input *from = &inputs[next(files)];
    memcpy(bytes, from->bytes, from->count);
    try_input(bytes, mutate(bytes, from->count, &inputs[next(files)]));
  }
  remove("fuzz-input");
  for (size_t i = 0; i < files; i++) free(inputs[i].bytes);
  free(inputs);
  free(bytes);
  return 0;
}
