#define LOOPS kernel_loops_portable
#include "loops.inc"
