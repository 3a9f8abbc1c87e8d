// Expressions over columns as loops written by hand: expressions ROUNDS
//
// The yardstick for hitmon's kernels, on the same values in the same lanes and batches of the same length, which stay in
// the second-level cache. Prints the nanoseconds a row, the least of ROUNDS, and the sum of the results of a batch. The
// order is that of EXPRESSIONS in ../expressions.py.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROWS = 4096, BATCHES = 10 };

static int32_t fpga[ROWS], channel[ROWS], bx[ROWS], integers[ROWS];
static int64_t orbit[ROWS], longs[ROWS];
static double tdc[ROWS], x[ROWS], y[ROWS], floats[ROWS];
static uint8_t flags[ROWS];

static uint64_t state = 20230917;

static uint64_t next(uint64_t bound) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (state >> 33) % bound;
}

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

// Keeps the compiler from taking the batches together.
#define CLOBBER() __asm__ volatile("" ::: "memory")

#define MEASURE(result, expression)                                                      \
  do {                                                                                   \
    double least = 1e9, sum = 0;                                                         \
    for (int round = 0; round < rounds; round++) {                                       \
      double start = seconds();                                                          \
      for (int batch = 0; batch < BATCHES; batch++) {                                    \
        for (int i = 0; i < ROWS; i++) result[i] = expression;                           \
        CLOBBER();                                                                       \
      }                                                                                  \
      double took = seconds() - start;                                                   \
      if (took < least) least = took;                                                    \
    }                                                                                    \
    for (int i = 0; i < ROWS; i++) sum += (double)result[i];                             \
    printf("%.6f\t%.17g\n", least / (ROWS * BATCHES) * 1e9, sum);                        \
  } while (0)

int main(int argc, char **argv) {
  int rounds = argc == 2 ? atoi(argv[1]) : 0;
  if (rounds < 1) {
    fprintf(stderr, "usage: expressions ROUNDS\n");
    return 2;
  }
  for (int i = 0; i < ROWS; i++) fpga[i] = (int32_t)next(2);
  for (int i = 0; i < ROWS; i++) channel[i] = (int32_t)next(129);
  for (int i = 0; i < ROWS; i++) bx[i] = (int32_t)next(3564);
  for (int i = 0; i < ROWS; i++) orbit[i] = (int64_t)next(4000000000u);
  for (int i = 0; i < ROWS; i++) tdc[i] = (double)next(30);
  for (int i = 0; i < ROWS; i++) x[i] = (double)next(1000);
  for (int i = 0; i < ROWS; i++) y[i] = (double)next(1000);

  MEASURE(floats, 25 * bx[i] + 25.0 / 30 * tdc[i]);
  MEASURE(integers, channel[i] % 4 * 16 + channel[i] / 4);
  MEASURE(flags, channel[i] >= 64 && channel[i] <= 127 && fpga[i] == 0 && bx[i] % 100 < 50);
  MEASURE(integers, (channel[i] > 63 ? channel[i] - 64 : channel[i]) * 2 + fpga[i]);
  MEASURE(longs, orbit[i] % 1000 * 3564 + bx[i]);
  MEASURE(floats, sqrt(x[i] * x[i] + y[i] * y[i]));
  return 0;
}
