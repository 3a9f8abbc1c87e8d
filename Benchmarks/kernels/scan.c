// Cost of decoding alone: rows of a telescope file, and the same hits as words, by the functions of Sources/CScan.
//
//     cc -O2 -I Sources/CScan/include Benchmarks/kernels/scan.c Sources/CScan/*.c -o /tmp/scan
//     /tmp/scan FILE [ROUNDS [LEVEL]]
//
// Prints nanoseconds a row, the least of ROUNDS, for each set of fields. The file is decoded from memory in batches of
// 4096 rows, as the operators do it. A file of 40,000 rows stays in the second-level cache, where the operators find
// their text too; a longer one measures the memory as well. For instruction counts:
//
//     valgrind --tool=callgrind /tmp/scan FILE 1
//
// which does not know AVX-512 and so counts the AVX2 level.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#include "scan.h"

enum { BATCH = 4096, FIELDS = 6 };

typedef struct {
  const char *name;
  scan_lane lanes[FIELDS];
} field_set;

static const field_set sets[] = {
    {"no field", {SCAN_SKIP, SCAN_SKIP, SCAN_SKIP, SCAN_SKIP, SCAN_SKIP, SCAN_SKIP}},
    {"products 1-4", {SCAN_INT32, SCAN_INT32, SCAN_INT32, SCAN_INT64, SCAN_SKIP, SCAN_SKIP}},
    {"all six", {SCAN_INT32, SCAN_INT32, SCAN_INT32, SCAN_INT64, SCAN_INT32, SCAN_FLOAT64}},
    {"only float", {SCAN_SKIP, SCAN_SKIP, SCAN_SKIP, SCAN_SKIP, SCAN_SKIP, SCAN_FLOAT64}},
};

static int64_t uppers[FIELDS] = {255, 255, 65535, 4294967295, 65535, 0};
static void *columns[FIELDS];
static uint32_t *offsets;

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static size_t decode_text(const char *text, size_t length, const field_set *set) {
  scan_format format = {',', 0, NULL};
  scan_field fields[FIELDS];
  for (int i = 0; i < FIELDS; i++)
    fields[i] = (scan_field){set->lanes[i], i == 5, 0, uppers[i], set->lanes[i] == SCAN_SKIP ? NULL : columns[i]};
  size_t rows = 0;
  for (size_t done = 0; done < length;) {
    scan_result result =
        scan_csv(text + done, length - done, &format, fields, FIELDS, BATCH, offsets, NULL, 0, (uint32_t)done);
    rows += result.rows;
    done += result.consumed;
  }
  return rows;
}

/// The DAQ's word: TDC 5 bits from the lowest, BX 12, ORBIT 32, CHAN 9, FPGA 3, HEAD 3.
static void decode_words(const uint8_t *words, size_t count, int all) {
  for (size_t done = 0; done < count; done += BATCH) {
    scan_bits fields[] = {{all ? SCAN_INT32 : SCAN_SKIP, 0, 5, 0, columns[0]},
                          {all ? SCAN_INT32 : SCAN_SKIP, 5, 12, 0, columns[1]},
                          {SCAN_INT64, 17, 32, 0, columns[2]},
                          {SCAN_INT32, 49, 9, 0, columns[3]},
                          {SCAN_INT32, 58, 3, 0, columns[4]},
                          {SCAN_INT32, 61, 3, 0, columns[5]}};
    scan_words(words + 8 * done, count - done < BATCH ? count - done : BATCH, 8, 0, fields, FIELDS);
  }
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: scan FILE [ROUNDS [LEVEL]]\n");
    return 2;
  }
  int rounds = argc > 2 ? atoi(argv[2]) : 5;
  if (argc > 3) printf("level %d\n", (int)scan_set_level((scan_level)atoi(argv[3])));
  int file = open(argv[1], O_RDONLY);
  struct stat info;
  if (file < 0 || fstat(file, &info)) {
    perror(argv[1]);
    return 1;
  }
  const char *text = mmap(0, (size_t)info.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
  size_t length = scan_last_line(text, (size_t)info.st_size);
  size_t header = scan_behind_line(text, length, 1);
  text += header, length -= header;
  for (int i = 0; i < FIELDS; i++) columns[i] = aligned_alloc(64, BATCH * 8 + 64);
  offsets = aligned_alloc(64, BATCH * 4 + 64);
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
    double least = 1e9;
    size_t rows = 0;
    for (int round = 0; round < rounds; round++) {
      double start = seconds();
      rows = decode_text(text, length, &sets[i]);
      double took = seconds() - start;
      if (took < least) least = took;
    }
    printf("%-14s %10zu rows %7.2f ns a row\n", sets[i].name, rows, least / (double)rows * 1e9);
  }
  // Bits are bits: the text does for words.
  for (int all = 0; all < 2; all++) {
    double least = 1e9;
    size_t count = length / 8;
    for (int round = 0; round < rounds; round++) {
      double start = seconds();
      decode_words((const uint8_t *)text, count, all);
      double took = seconds() - start;
      if (took < least) least = took;
    }
    printf("%-14s %10zu     %7.2f ns a word\n", all ? "words, all" : "words, four", count, least / (double)count * 1e9);
  }
  return 0;
}
