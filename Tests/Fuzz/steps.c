/// Decoding takes a bounded number of steps for each byte, whatever the text is made of. A step is an edge of the
/// program's flow, which the compiler counts (`-fsanitize-coverage=trace-pc`): that is the same on every machine.
#include "scan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// A row of numbers takes about ten. Lines of nothing but their ends take the most, as each is a row to look at.
enum { LENGTH = 1 << 15, MOST_FIELDS = 6, BATCH = 4096, MOST_STEPS = 150 };

static uint64_t steps;

/// Called at every edge of the code that is compiled so, which is that of Sources/CScan.
void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void) { steps++; }

static const char *const patterns[] = {
    "\n", "\r\n", "\r", " \n", "#\n", "# a,b,c\n", ",\n", ",,\n", "\n1,2,3\n", "\n\n\n\n1,2,3\n", "1\n", "x\n", "\n,,\n",
    "1,2,3\n", "1,2,3\n1,2,3\n#,,\n", ",,\n,\n", "1,2\n3\n", "\"\n", "\"", "\"\"", "1,", "1;2;3\n", "   ", "1,2,3,4\n\n",
    "9999999999999999999999,1e400,x\n", "2018-07-05,12:30,2018-07-05T12:30:45Z\n",
};

static uint64_t steps_of(const char *text, size_t length, char separator, char quote, const char *comment, int count,
                         scan_lane lane) {
  static char columns[MOST_FIELDS][BATCH * 8 + 64];
  static uint32_t offsets[BATCH + 16];
  scan_bad bads[8];
  scan_format format = {separator, quote, comment};
  scan_field fields[MOST_FIELDS];
  for (int i = 0; i < count; i++) fields[i] = (scan_field){lane, 0, 0, 255, columns[i]};
  steps = 0;
  for (size_t done = 0; done < length;)
    done += scan_csv(text + done, length - done, &format, fields, count, BATCH, offsets, bads, 8, 0).consumed;
  return steps;
}

int main(void) {
  static char text[LENGTH];
  int failed = 0;
  uint64_t most = 0;
  for (int level = SCAN_PORTABLE; level <= SCAN_AVX512; level++) {
    if (scan_set_level((scan_level)level) != (scan_level)level) break;
    for (size_t p = 0; p <= sizeof patterns / sizeof *patterns; p++) {
      // The last one is of zeros.
      const char *pattern = p < sizeof patterns / sizeof *patterns ? patterns[p] : "";
      const size_t width = *pattern ? strlen(pattern) : 1;
      for (size_t i = 0; i < LENGTH; i++) text[i] = pattern[i % width];
      for (int count = 1; count <= MOST_FIELDS; count++)
        for (int form = 0; form < 6; form++) {
          uint64_t taken = steps_of(text, LENGTH, form == 5 ? 0 : ',', form & 1 ? '"' : 0, form & 2 ? "#" : NULL, count,
                                    form == 4 ? SCAN_FLOAT64 : SCAN_INT32) / LENGTH;
          if (taken > most) most = taken;
          if (taken <= MOST_STEPS) continue;
          printf("level %d, %d fields, form %d: %llu steps a byte of text that repeats", level, count, form,
                 (unsigned long long)taken);
          for (const char *c = pattern; *c; c++) printf(*c < ' ' ? " \\x%02x" : " %c", *c);
          printf("\n");
          failed = 1;
        }
    }
  }
  if (!failed) printf("steps: at most %llu a byte\n", (unsigned long long)most);
  return failed;
}
