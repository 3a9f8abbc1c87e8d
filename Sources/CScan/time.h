/// Dates and times of day as people write them, in nanoseconds.
#ifndef HITMON_TIME_H
#define HITMON_TIME_H

#include "number.h"

/// The date in [start, end), as nanoseconds from 1970-01-01 to its midnight: 2018-07-05, 2018/07/05, 20180705 or
/// 05.07.2018. SCAN_FINE or a scan_reason.
uint8_t parse_date(const char *start, const char *end, int64_t *value);

/// The time of day in [start, end), as nanoseconds from midnight: 12:30, 12:30:45 or 12:30:45.123456789. SCAN_FINE or a
/// scan_reason.
uint8_t parse_time(const char *start, const char *end, int64_t *value);

/// A date and a time of day with a `T`, a blank or `_` between them, as nanoseconds from 1970 in universal time. Behind it
/// may stand `Z` or an offset such as +02:00; without one the time is taken as universal. SCAN_FINE or a scan_reason.
uint8_t parse_datetime(const char *start, const char *end, int64_t *value);

#endif
