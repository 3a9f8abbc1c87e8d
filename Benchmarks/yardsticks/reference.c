/* Products 1 to 4 of the telescope, written by hand for this one format and chamber map: one thread, no vector code.
 * The whole file is in memory before the clock starts. It is what hitmon's speed on text is compared with.
 *
 *     cc -O3 -march=native reference.c -o reference && ./reference FILE.txt
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CHAMBERS = 4, WIRES = 64, OPEN_ORBITS = 1 << 16 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + 1e-9 * time.tv_nsec;
}

/* Reads a whole file; ends the program where that fails. */
static char *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END) != 0) {
    perror(path);
    exit(1);
  }
  *size = (size_t)ftell(file);
  rewind(file);
  char *text = malloc(*size + 1);
  if (!text || fread(text, 1, *size, file) != *size) {
    perror(path);
    exit(1);
  }
  fclose(file);
  text[*size] = 0;
  return text;
}

/* Reads a number and steps over the comma behind it. */
static inline uint32_t number(const char **at) {
  uint32_t value = 0;
  const char *p = *at;
  for (; *p != ','; p++) value = value * 10 + (uint32_t)(*p - '0');
  *at = p + 1;
  return value;
}

/* The wires that were hit in an orbit, a bit each. */
struct orbit {
  uint32_t number;
  uint64_t wires[CHAMBERS];
};

static struct orbit open_orbits[OPEN_ORBITS];
static uint64_t occupancy[CHAMBERS][WIRES], hits[CHAMBERS], multiplicity[CHAMBERS][WIRES + 1];

/* Counts how many wires of each chamber an orbit has. Orbits without any are counted too, and not looked at. */
static inline void close_orbit(struct orbit *orbit) {
  for (int chamber = 0; chamber < CHAMBERS; chamber++) {
    multiplicity[chamber][__builtin_popcountll(orbit->wires[chamber])]++;
    orbit->wires[chamber] = 0;
  }
}

int main(int count, char **arguments) {
  if (count != 2) {
    fprintf(stderr, "usage: reference FILE.txt\n");
    return 2;
  }
  size_t size;
  const char *text = read_file(arguments[1], &size), *end = text + size;

  double start = now();
  uint64_t lines = 0;
  for (const char *p = text; (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++) lines++;
  double seconds = now() - start;
  printf("newlines  %10" PRIu64 " rows %8.1f M rows/s\n", lines, 1e-6 * lines / seconds);

  start = now();
  uint64_t rows = 0, kept = 0;
  const char *p = memchr(text, '\n', size);
  for (p = p ? p + 1 : end; p < end; rows++) {
    uint32_t head = number(&p), fpga = number(&p), channel = number(&p), orbit = number(&p);
    p = (const char *)memchr(p, '\n', (size_t)(end - p)) + 1;
    if (head != 2) continue;
    kept++;
    if (fpga > 1 || channel > 127) continue;
    uint32_t chamber = 2 * fpga + channel / 64, wire = channel % 64;
    hits[chamber]++;
    occupancy[chamber][wire]++;
    /* Rows come nearly in the order of their orbits: a newer orbit in its place ends an old one. */
    struct orbit *open = &open_orbits[orbit % OPEN_ORBITS];
    if (open->number != orbit) {
      close_orbit(open);
      open->number = orbit;
    }
    open->wires[chamber] |= UINT64_C(1) << wire;
  }
  for (int index = 0; index < OPEN_ORBITS; index++) close_orbit(&open_orbits[index]);
  seconds = now() - start;
  printf(
      "reference %10" PRIu64 " rows %8.1f M rows/s  hits %" PRIu64 "  chamber hits %" PRIu64 " %" PRIu64 " %" PRIu64
      " %" PRIu64 "  orbits with one wire in chamber 0: %" PRIu64 "\n",
      rows, 1e-6 * rows / seconds, kept, hits[0], hits[1], hits[2], hits[3], multiplicity[0][1]);
  return 0;
}
