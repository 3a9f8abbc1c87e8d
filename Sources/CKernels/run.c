#include <assert.h>
#include <stdalign.h>

#include "loops.h"

static const kernel_loop *table(void) {
#if defined(__x86_64__)
  switch (kernel_current_level()) {
  case KERNEL_AVX512: return kernel_loops_avx512;
  case KERNEL_AVX2: return kernel_loops_avx2;
  case KERNEL_SSE: return kernel_loops_sse;
  case KERNEL_PORTABLE: break;
  }
#endif
  return kernel_loops_portable;
}

static size_t number(kernel_family family, kernel_shape shape, int careful) {
  return (size_t)family * KERNEL_FORMS + (size_t)shape + (careful ? KERNEL_FORMS / 2 : 0);
}

int kernel_exists(kernel_family family, kernel_shape shape, int careful) {
  return kernel_loops_portable[number(family, shape, careful)] != NULL;
}

typedef struct strips {
  alignas(64) char values[KERNEL_STRIPS][KERNEL_STRIP_ROWS * sizeof(int64_t)];
} strips;

/// A step with the addresses of its next rows.
typedef struct pass {
  kernel_loop loop;
  const kernel_step *step;
  /// The result's, the operands'.
  char *values[4];
  /// Bytes a row; 0 for a strip, which is the same for all rows.
  size_t advance[4];
} pass;

static pass pass_of(const kernel_step *step, const kernel_loop *loops, void *const *columns, strips *strips) {
  assert(step->family < kernel_family_count);
  pass pass = {.loop = loops[number(step->family, step->shape, step->careful)], .step = step};
  assert(pass.loop != NULL);
  for (int i = 0; i < 4; i++) {
    kernel_place place = i == 0 ? step->result : step->operands[i - 1];
    assert(~place.index < KERNEL_STRIPS);
    pass.values[i] = place.index < 0 ? strips->values[~place.index] : columns[place.index];
    pass.advance[i] = place.index < 0 ? 0 : place.stride;
  }
  return pass;
}

void kernel_run(const kernel_step *steps, size_t step_count, void *const *columns, size_t count, size_t strip_rows) {
  // Once a batch: what does not fit would be written behind the end of memory on the stack.
  assert(step_count <= KERNEL_STEPS && strip_rows > 0 && strip_rows <= KERNEL_STRIP_ROWS);
  const kernel_loop *loops = table();
  pass passes[KERNEL_STEPS];
  strips strips;
  for (size_t i = 0; i < step_count; i++) passes[i] = pass_of(&steps[i], loops, columns, &strips);
  for (size_t start = 0; start < count; start += strip_rows) {
    size_t rows = count - start < strip_rows ? count - start : strip_rows;
    for (pass *pass = passes; pass < passes + step_count; pass++) {
      char **values = pass->values;
      pass->loop(pass->step, rows, values[0], values[1], values[2], values[3]);
      for (int i = 0; i < 4; i++) values[i] += rows * pass->advance[i];
    }
  }
}
