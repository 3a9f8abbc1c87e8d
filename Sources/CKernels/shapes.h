// How a function of values becomes loops over columns.
#ifndef HITMON_SHAPES_H
#define HITMON_SHAPES_H

#include "loops.h"

typedef int32_t int32;
typedef int64_t int64;
typedef double float64;
typedef uint8_t flag;

#define UNKNOWN_int32 INT32_MIN
#define UNKNOWN_int64 INT64_MIN
#define UNKNOWN_float64 __builtin_nan("")
#define UNKNOWN_flag 2

#define IS_UNKNOWN_int32(x) ((x) == INT32_MIN)
#define IS_UNKNOWN_int64(x) ((x) == INT64_MIN)
#define IS_UNKNOWN_float64(x) ((x) != (x))
#define IS_UNKNOWN_flag(x) ((x) == 2)

#define LOOP(name) \
  static void name(const kernel_step *step, size_t count, void *result, const void *left, \
                   const void *right, const void *chooser)

/// Each row for itself: a result may lie where an operand does, where no later row reads it.
#define ROWS _Pragma("clang loop vectorize(assume_safety)") for (size_t i = 0; i < count; i++)

/// The same for loops that no level has vector instructions for.
#define SLOW_ROWS for (size_t i = 0; i < count; i++)

/// Functions of values; what they do has no other effect, so that loops become vectors.
#define VALUE(type, name, ...) static inline __attribute__((always_inline)) type name(__VA_ARGS__)

/// The loops of a function of two values: of columns, of a column and a constant, of a constant and a column.
#define COLUMNS_SHAPE(each, name, function, R, A, B) \
  LOOP(name##_columns) { \
    R *r = result; \
    const A *a = left; \
    const B *b = right; \
    each r[i] = function(a[i], b[i]); \
  }

#define RIGHT_CONSTANT_SHAPE(each, name, function, R, A, B) \
  LOOP(name##_right_constant) { \
    R *r = result; \
    const A *a = left; \
    const B b = step->constants[0].B; \
    each r[i] = function(a[i], b); \
  }

#define LEFT_CONSTANT_SHAPE(each, name, function, R, A, B) \
  LOOP(name##_left_constant) { \
    R *r = result; \
    const A a = step->constants[0].A; \
    const B *b = right; \
    each r[i] = function(a, b[i]); \
  }

#define EACH_SHAPE(each, name, function, R, A, B) \
  COLUMNS_SHAPE(each, name, function, R, A, B) \
  RIGHT_CONSTANT_SHAPE(each, name, function, R, A, B) \
  LEFT_CONSTANT_SHAPE(each, name, function, R, A, B)

#define SHAPES(name, function, R, A, B) EACH_SHAPE(ROWS, name, function, R, A, B)

/// `name` for two values of a lane, and where careful unknown if one is.
#define BINARY(name, R, T) \
  VALUE(R, careful_##name, T a, T b) { \
    R known = name(a, b); \
    return (IS_UNKNOWN_##T(a) | IS_UNKNOWN_##T(b)) ? UNKNOWN_##R : known; \
  } \
  SHAPES(name, name, R, T, T) \
  SHAPES(name##_careful, careful_##name, R, T, T)

/// A function of two values that is careful always.
#define TOTAL(name, R, T) SHAPES(name, name, R, T, T)
#define SLOW_TOTAL(name, R, T) EACH_SHAPE(SLOW_ROWS, name, name, R, T, T)

/// A function of one value that needs no care.
#define SIMPLE(name, R, T, expression) \
  LOOP(name##_columns) { \
    R *r = result; \
    const T *values = left; \
    ROWS { \
      T a = values[i]; \
      r[i] = (expression); \
    } \
  }

/// A function of one value; where careful, unknown if that is. `constants` declares what the loop reads but once.
#define UNARY(name, R, T, expression, constants) \
  LOOP(name##_columns) { \
    R *r = result; \
    const T *values = left; \
    constants; \
    ROWS { \
      T a = values[i]; \
      r[i] = (expression); \
    } \
  } \
  LOOP(name##_careful_columns) { \
    R *r = result; \
    const T *values = left; \
    constants; \
    ROWS { \
      T a = values[i]; \
      R known = (expression); \
      r[i] = IS_UNKNOWN_##T(a) ? UNKNOWN_##R : known; \
    } \
  }

#define NO_CONSTANTS (void)step

#endif
