// The rows of a telescope file as the words of its DAQ: words FILE > FILE.dat
//
// From the lowest bit: TDC 5 bits, BX 12, ORBIT 32, CHANNEL 9, FPGA 3, HEAD 3; little-endian. Of values that have no
// place there (rows that are no hits have such) the lowest bits are written.
#include <stdint.h>
#include <stdio.h>

int main(int argc, char **argv) {
  FILE *text = argc == 2 ? fopen(argv[1], "r") : NULL;
  if (!text) {
    fprintf(stderr, "usage: words FILE > FILE.dat\n");
    return 2;
  }
  char line[256];
  if (!fgets(line, sizeof line, text)) return 1;  // the header
  while (fgets(line, sizeof line, text)) {
    unsigned head, fpga, channel, bx;
    unsigned long orbit;
    double tdc;
    if (sscanf(line, "%u,%u,%u,%lu,%u,%lf", &head, &fpga, &channel, &orbit, &bx, &tdc) != 6) {
      fprintf(stderr, "words: not a row: %s", line);
      return 1;
    }
    uint64_t word = ((uint64_t)(int64_t)tdc & 31) | (uint64_t)(bx & 4095) << 5 | (uint64_t)(uint32_t)orbit << 17 |
                    (uint64_t)(channel & 511) << 49 | (uint64_t)(fpga & 7) << 58 | (uint64_t)(head & 7) << 61;
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++) bytes[i] = (uint8_t)(word >> 8 * i);
    fwrite(bytes, 1, sizeof bytes, stdout);
  }
  return fflush(stdout) ? 1 : 0;
}
