// Integers by groups of four digits, the same at every level that has `convert_narrow` and `convert_wide`. Included by
// those levels, which set TARGET to the instructions that they are compiled for.

typedef outcome groups_function(const strip *strip, size_t rows, int64_t lower, int64_t upper, void *values);

// A function for each number of groups, so that none prepares for the others.
#define GROUPS(name, convert, groups, wide)                                                                            \
  TARGET static outcome name(const strip *strip, size_t rows, int64_t lower, int64_t upper, void *values) {            \
    return convert(strip, rows, lower, upper, groups, wide, values);                                                   \
  }

GROUPS(int32_of_4, convert_narrow, 1, 0)
GROUPS(int32_of_8, convert_narrow, 2, 0)
GROUPS(int32_of_12, convert_wide, 3, 0)
GROUPS(int32_of_16, convert_wide, 4, 0)
GROUPS(int64_of_4, convert_narrow, 1, 1)
GROUPS(int64_of_8, convert_narrow, 2, 1)
GROUPS(int64_of_12, convert_wide, 3, 1)
GROUPS(int64_of_16, convert_wide, 4, 1)

/// The hint is how many groups more than one the longest field so far takes. It may be that of another field, of any
/// kind, where rows have hundreds of fields.
INLINE uint64_t convert(groups_function *const functions[4], const strip *strip, size_t rows, int64_t lower,
                        int64_t upper, uint8_t *hint, void *values) {
  for (int more = *hint < 4 ? *hint : 3;; more++) {
    outcome result = functions[more](strip, rows, lower, upper, values);
    *hint = (uint8_t)more;
    if (!result.longer || more == 3) return result.wrong;
  }
}

TARGET static uint64_t int32_strip(const strip *strip, size_t rows, int32_t lower, int32_t upper, uint8_t *hint,
                                   int32_t *values) {
  static groups_function *const functions[] = {int32_of_4, int32_of_8, int32_of_12, int32_of_16};
  return convert(functions, strip, rows, lower, upper, hint, values);
}

TARGET static uint64_t int64_strip(const strip *strip, size_t rows, int64_t lower, int64_t upper, uint8_t *hint,
                                   int64_t *values) {
  static groups_function *const functions[] = {int64_of_4, int64_of_8, int64_of_12, int64_of_16};
  return convert(functions, strip, rows, lower, upper, hint, values);
}

#undef GROUPS
