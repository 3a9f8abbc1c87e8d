/// What a fuzzer calls, whichever it is: libFuzzer, or driver.c.
#ifndef HITMON_FUZZ_TARGET_H
#define HITMON_FUZZ_TARGET_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
