/// Numbers in every form that the format allows, at moderate speed. The fast paths for plain digits fall back on these,
/// so that both mean the same.
#ifndef HITMON_NUMBER_H
#define HITMON_NUMBER_H

#include "scan.h"

/// No reason to reject: the value is fine.
enum { SCAN_FINE = 0xFF };

static inline int is_blank(char byte) { return byte == ' ' || byte == '\t'; }
static inline int is_digit(char byte) { return (unsigned char)(byte - '0') <= 9; }

/// The integer in [start, end), between `lower` and `upper`. SCAN_FINE or a scan_reason.
uint8_t parse_integer(const char *start, const char *end, int64_t lower, int64_t upper, int64_t *value);

/// The float in [start, end), rounded correctly; `single` rounds it on to float. SCAN_FINE or a scan_reason.
uint8_t parse_float(const char *start, const char *end, int single, double *value);

#endif
