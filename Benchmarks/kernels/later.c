// The rows of a telescope file without its header, with ORBIT_CNT so much higher: later FILE ORBITS > FILE
//
// What comes behind it in a longer file: the clock of the rows goes on.
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

int main(int argc, char **argv) {
  int file = argc == 3 ? open(argv[1], O_RDONLY) : -1;
  struct stat info;
  if (file < 0 || fstat(file, &info)) {
    fprintf(stderr, "usage: later FILE ORBITS > FILE\n");
    return 2;
  }
  uint64_t orbits = strtoull(argv[2], NULL, 10);
  const char *text = mmap(0, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, file, 0), *end = text + info.st_size;
  if (text == MAP_FAILED) return 1;
  const char *row = (const char *)memchr(text, '\n', (size_t)info.st_size) + 1;
  while (row < end) {
    const char *field = row;
    for (int comma = 0; comma < 3; field++) comma += *field == ',';
    char *behind;
    uint64_t orbit = strtoull(field, &behind, 10) + orbits;
    const char *next = (const char *)memchr(behind, '\n', (size_t)(end - behind)) + 1;
    fwrite(row, 1, (size_t)(field - row), stdout);
    printf("%llu", (unsigned long long)orbit);
    fwrite(behind, 1, (size_t)(next - behind), stdout);
    row = next;
  }
  return fflush(stdout) ? 1 : 0;
}
