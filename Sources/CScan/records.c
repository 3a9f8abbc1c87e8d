#include "number.h"

#include <math.h>
#include <string.h>

/// The storage's bytes as a number, in the order of the record.
static inline uint64_t load_stored(const uint8_t *p, int bytes, int big_endian) {
  uint64_t bits = 0;
  for (int i = 0; i < bytes; i++) bits |= (uint64_t)p[i] << (8 * (big_endian ? bytes - 1 - i : i));
  return bits;
}

/// An integer and whether it fits 64 bits with a sign.
static inline int load_integer(const uint8_t *p, scan_storage storage, int big_endian, int64_t *value) {
  switch (storage) {
  case SCAN_U8: *value = p[0]; return 1;
  case SCAN_I8: *value = (int8_t)p[0]; return 1;
  case SCAN_U16: *value = (int64_t)load_stored(p, 2, big_endian); return 1;
  case SCAN_I16: *value = (int16_t)load_stored(p, 2, big_endian); return 1;
  case SCAN_U32: *value = (int64_t)load_stored(p, 4, big_endian); return 1;
  case SCAN_I32: *value = (int32_t)load_stored(p, 4, big_endian); return 1;
  case SCAN_I64: *value = (int64_t)load_stored(p, 8, big_endian); return *value != INT64_MIN;
  case SCAN_U64: *value = (int64_t)load_stored(p, 8, big_endian); return *value >= 0;
  default: return 0;
  }
}

static uint8_t decode_integer(const uint8_t *p, const scan_stored *field, size_t row) {
  int64_t value;
  if (!load_integer(p, field->storage, field->big_endian, &value)) return SCAN_OUT_OF_RANGE;
  if (value < field->lower || value > field->upper) return SCAN_OUT_OF_RANGE;
  if (field->lane == SCAN_INT64) {
    ((int64_t *)field->column)[row] = value;
  } else {
    if (value <= INT32_MIN || value > INT32_MAX) return SCAN_OUT_OF_RANGE;
    ((int32_t *)field->column)[row] = (int32_t)value;
  }
  return SCAN_FINE;
}

static uint8_t decode_float(const uint8_t *p, const scan_stored *field, size_t row) {
  double value;
  if (field->storage == SCAN_F32) {
    uint32_t bits = (uint32_t)load_stored(p, 4, field->big_endian);
    float single;
    memcpy(&single, &bits, sizeof single);
    value = single;
  } else {
    uint64_t bits = load_stored(p, 8, field->big_endian);
    memcpy(&value, &bits, sizeof value);
  }
  if (isnan(value)) return SCAN_NOT_A_NUMBER;
  if (isinf(value)) return SCAN_OUT_OF_RANGE;
  ((double *)field->column)[row] = value;
  return SCAN_FINE;
}

scan_result scan_records(const uint8_t *records, size_t count, size_t record_bytes, const scan_stored *fields,
                         int field_count, uint32_t *row_offsets, scan_bad *bads, size_t bad_capacity,
                         uint32_t offset_base) {
  scan_result result = {0, 0, count, count * record_bytes};
  for (size_t record = 0; record < count; record++) {
    const uint8_t *start = records + record * record_bytes;
    uint8_t reason = SCAN_FINE;
    int field = 0;
    for (; field < field_count; field++) {
      const scan_stored *f = &fields[field];
      if (f->lane == SCAN_SKIP) continue;
      reason = f->storage == SCAN_F32 || f->storage == SCAN_F64 ? decode_float(start + f->offset, f, result.rows)
                                                                : decode_integer(start + f->offset, f, result.rows);
      if (reason != SCAN_FINE) break;
    }
    uint32_t offset = offset_base + (uint32_t)(record * record_bytes);
    if (reason == SCAN_FINE) {
      if (row_offsets) row_offsets[result.rows] = offset;
      result.rows++;
    } else {
      if (result.bad < bad_capacity)
        bads[result.bad] = (scan_bad){offset, (uint32_t)record_bytes, (uint32_t)record, (uint16_t)field, reason};
      result.bad++;
    }
  }
  return result;
}
