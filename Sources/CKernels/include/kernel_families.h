#ifndef HITMON_KERNEL_FAMILIES_H
#define HITMON_KERNEL_FAMILIES_H

// Every family of loops, as FAMILY(name, form). The form says which operands there are:
//   BINARY    two; where careful, unknown if one is
//   TOTAL     two; it is always careful
//   UNARY     one; where careful, unknown if it is
//   SIMPLE    one; it needs no care
//   CHOICE    two and a flag, which may be unknown where careful
//   INTEGER_CHOICE
//             two and an int32: the left where that lies between the bounds of the step
//   CONSTANT  none
//   INTEGER_LEFT, INTEGER_RIGHT
//             two floats, the left or right of which lies in the lane int32, and is no constant
//   MULTIPLY_ADD
//             the left, times the first constant, plus the right (or the second constant)

#define KERNEL_INTEGERS(FAMILY, lane) \
  FAMILY(add_##lane, BINARY) \
  FAMILY(subtract_##lane, BINARY) \
  FAMILY(multiply_##lane, BINARY) \
  FAMILY(bit_and_##lane, BINARY) \
  FAMILY(bit_or_##lane, BINARY) \
  FAMILY(bit_xor_##lane, BINARY) \
  FAMILY(shift_left_##lane, BINARY) \
  FAMILY(shift_right_##lane, BINARY) \
  FAMILY(floor_divide_##lane, TOTAL) \
  FAMILY(modulo_##lane, TOTAL) \
  /* By a positive constant: constants are the divisor as a float, and one divided by it. */ \
  FAMILY(divide_constant_##lane, UNARY) \
  FAMILY(modulo_constant_##lane, UNARY) \
  /* Constants are the lower bound, and the upper less the lower. */ \
  FAMILY(within_##lane, UNARY) \
  /* The table has a bit for each value from the constant on. */ \
  FAMILY(among_##lane, UNARY) \
  /* The table has the values, ascending. */ \
  FAMILY(search_##lane, UNARY) \
  /* The result is an integer of this lane. */ \
  FAMILY(round_down_##lane, SIMPLE) \
  FAMILY(round_up_##lane, SIMPLE) \
  FAMILY(round_nearest_##lane, SIMPLE) \
  FAMILY(to_float_##lane, UNARY)

#define KERNEL_NUMBERS(FAMILY, lane) \
  FAMILY(minimum_##lane, BINARY) \
  FAMILY(maximum_##lane, BINARY) \
  FAMILY(less_##lane, BINARY) \
  FAMILY(less_or_equal_##lane, BINARY) \
  FAMILY(negate_##lane, SIMPLE) \
  FAMILY(absolute_##lane, SIMPLE)

#define KERNEL_VALUES(FAMILY, lane) \
  FAMILY(equal_##lane, BINARY) \
  FAMILY(not_equal_##lane, BINARY) \
  FAMILY(choose_##lane, CHOICE) \
  FAMILY(choose_constants_##lane, UNARY) \
  FAMILY(choose_within_##lane, INTEGER_CHOICE) \
  FAMILY(choose_constants_within_##lane, SIMPLE) \
  FAMILY(known_##lane, SIMPLE) \
  FAMILY(fill_##lane, CONSTANT)


#define KERNEL_FAMILIES(FAMILY) \
  KERNEL_INTEGERS(FAMILY, int32) \
  KERNEL_INTEGERS(FAMILY, int64) \
  KERNEL_NUMBERS(FAMILY, int32) \
  KERNEL_NUMBERS(FAMILY, int64) \
  KERNEL_NUMBERS(FAMILY, float64) \
  KERNEL_VALUES(FAMILY, int32) \
  KERNEL_VALUES(FAMILY, int64) \
  KERNEL_VALUES(FAMILY, float64) \
  KERNEL_VALUES(FAMILY, flag) \
  /* The same for dividends and divisors up to 2^21. */ \
  FAMILY(divide_small, UNARY) \
  FAMILY(modulo_small, UNARY) \
  /* Unknown where the result does not fit. */ \
  FAMILY(checked_add, TOTAL) \
  FAMILY(checked_subtract, TOTAL) \
  FAMILY(checked_multiply, TOTAL) \
  FAMILY(checked_shift_left, TOTAL) \
  FAMILY(widen, UNARY) \
  FAMILY(narrow, UNARY) \
  /* Careful: unknown where the result is infinite. */ \
  FAMILY(add_float64, BINARY) \
  FAMILY(subtract_float64, BINARY) \
  FAMILY(multiply_float64, BINARY) \
  FAMILY(divide_float64, BINARY) \
  FAMILY(floor_divide_float64, TOTAL) \
  FAMILY(modulo_float64, TOTAL) \
  FAMILY(square_root, SIMPLE) \
  FAMILY(within_float64, UNARY) \
  FAMILY(integer_add_float, INTEGER_LEFT) \
  FAMILY(integer_subtract_float, INTEGER_LEFT) \
  FAMILY(integer_multiply_float, INTEGER_LEFT) \
  FAMILY(integer_divide_float, INTEGER_LEFT) \
  FAMILY(float_subtract_integer, INTEGER_RIGHT) \
  FAMILY(float_divide_integer, INTEGER_RIGHT) \
  FAMILY(multiply_add_int32, MULTIPLY_ADD) \
  FAMILY(multiply_add_int64, MULTIPLY_ADD) \
  FAMILY(multiply_add_float64, MULTIPLY_ADD) \
  /* The left operand lies in the lane int32. */ \
  FAMILY(integer_multiply_add, MULTIPLY_ADD) \
  FAMILY(flag_and, BINARY) \
  FAMILY(flag_or, BINARY) \
  FAMILY(kleene_and, TOTAL) \
  FAMILY(kleene_or, TOTAL) \
  FAMILY(flag_not, UNARY)

#endif
