#include "columns.h"
#include "levels.h"

// Which groups begin, and which entries have rows, cannot be predicted: no loop here has a branch that depends on it.

int32_t scan_number_keys(const int64_t *keys, size_t count, int64_t base, int32_t *near, int32_t known,
                         int64_t *keys_by_slot, int32_t *slots) {
  for (size_t i = 0; i < count; i++) {
    int64_t key = keys[i];
    int32_t *place = near + (key - base);
    int32_t number = *place, is_new = (int32_t)((uint32_t)number >> 31);
    number = is_new ? known : number;
    // Written always: a key that is not new to the place that the next new one takes.
    keys_by_slot[known] = key;
    *place = number;
    slots[i] = number;
    known += is_new;
  }
  return known;
}

INLINE void mark_bits_loop(const int32_t *values, const int32_t *rows, size_t count, int32_t lower,
                           const int64_t *entries, uint64_t *masks) {
  for (size_t i = 0; i < count; i++) {
    uint32_t bit = (uint32_t)values[rows[i]] - (uint32_t)lower;
    masks[entries[i]] |= (uint64_t)(bit < 64) << (bit & 63);
  }
}

INLINE size_t marked_loop(const uint64_t *masks, size_t count, int64_t first, int64_t *out) {
  size_t found = 0;
  for (size_t i = 0; i < count; i++) {
    out[found] = first + (int64_t)i;
    found += masks[i] != 0;
  }
  return found;
}

INLINE void count_bits_loop(const uint64_t *masks, const int64_t *entries, size_t count, int32_t *out) {
  for (size_t i = 0; i < count; i++) {
    int32_t bits = __builtin_popcountll(masks[entries[i]]);
    out[i] = entries[i] < 0 ? INT32_MIN : bits;
  }
}

INLINE size_t partition_loop(const int64_t *keys, size_t count, int64_t lower, int64_t upper, int32_t *restrict inside,
                             int32_t *restrict outside) {
  size_t found = 0;
  for (size_t i = 0; i < count; i++) {
    inside[found] = (int32_t)i;
    outside[i - found] = (int32_t)i;
    found += (keys[i] >= lower) & (keys[i] < upper);
  }
  return found;
}

/// Goes on behind `first` rows, of which `found` are ready.
INLINE size_t part_rest(const int32_t *slots, size_t first, size_t count, const uint8_t *flags, uint8_t none,
                        int32_t *restrict ready, size_t found, int32_t *restrict waiting, size_t *waiting_count) {
  size_t kept = *waiting_count;
  for (size_t i = first; i < count; i++) {
    uint8_t flag = slots[i] < 0 ? none : flags[slots[i]];
    ready[found] = (int32_t)i;
    waiting[kept] = (int32_t)i;
    found += flag == 1;
    kept += flag == 0;
  }
  *waiting_count = kept;
  return found;
}

INLINE size_t part_loop(const int32_t *slots, size_t count, const uint8_t *flags, uint8_t none, int32_t *ready,
                        int32_t *waiting, size_t *waiting_count) {
  *waiting_count = 0;
  return part_rest(slots, 0, count, flags, none, ready, 0, waiting, waiting_count);
}

#if defined(__x86_64__)
AVX512 static size_t part_avx512(const int32_t *slots, size_t count, const uint8_t *flags, uint8_t none,
                                 int32_t *restrict ready, int32_t *restrict waiting, size_t *waiting_count) {
  const __m512i ascending = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  const __m512i low_byte = _mm512_set1_epi32(0xFF), without = _mm512_set1_epi32(none);
  size_t found = 0, i = 0;
  *waiting_count = 0;
  for (; i + 16 <= count; i += 16) {
    __m512i slot = _mm512_loadu_si512(slots + i);
    __mmask16 has = (__mmask16)~_mm512_movepi32_mask(slot);
    __m512i flag = _mm512_and_si512(_mm512_mask_i32gather_epi32(without, has, slot, flags, 1), low_byte);
    __m512i rows = _mm512_add_epi32(ascending, _mm512_set1_epi32((int32_t)i));
    __mmask16 is_ready = _mm512_cmpeq_epi32_mask(flag, _mm512_set1_epi32(1));
    __mmask16 waits = _mm512_testn_epi32_mask(flag, flag);
    unsigned n = (unsigned)_mm_popcnt_u32(is_ready), m = (unsigned)_mm_popcnt_u32(waits);
    _mm512_mask_storeu_epi32(ready + found, (__mmask16)((1u << n) - 1), _mm512_maskz_compress_epi32(is_ready, rows));
    _mm512_mask_storeu_epi32(waiting + *waiting_count, (__mmask16)((1u << m) - 1),
                             _mm512_maskz_compress_epi32(waits, rows));
    found += n;
    *waiting_count += m;
  }
  return part_rest(slots, i, count, flags, none, ready, found, waiting, waiting_count);
}

AVX512 static size_t marked_avx512(const uint64_t *masks, size_t count, int64_t first, int64_t *out) {
  const __m512i ascending = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
  size_t found = 0, i = 0;
  for (; i + 8 <= count; i += 8) {
    __m512i mask = _mm512_loadu_si512(masks + i);
    __mmask8 marked = _mm512_test_epi64_mask(mask, mask);
    __m512i numbers = _mm512_add_epi64(ascending, _mm512_set1_epi64(first + (int64_t)i));
    // No more than is there: `out` ends with it.
    unsigned n = (unsigned)_mm_popcnt_u32(marked);
    _mm512_mask_storeu_epi64(out + found, (__mmask8)((1u << n) - 1), _mm512_maskz_compress_epi64(marked, numbers));
    found += n;
  }
  return found + marked_loop(masks + i, count - i, first + (int64_t)i, out + found);
}

__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq,popcnt"))) static void count_bits_vectors(
    const uint64_t *masks, const int64_t *entries, size_t count, int32_t *out) {
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    __m512i numbers = _mm512_loadu_si512(entries + i);
    __m256i bits = _mm512_cvtepi64_epi32(_mm512_popcnt_epi64(_mm512_i64gather_epi64(numbers, masks, 8)));
    __m256i unknown = _mm256_set1_epi32(INT32_MIN);
    _mm256_storeu_si256((__m256i *)(out + i), _mm256_mask_mov_epi32(bits, _mm512_movepi64_mask(numbers), unknown));
  }
  count_bits_loop(masks, entries + i, count - i, out + i);
}

AVX512 static void count_bits_avx512(const uint64_t *masks, const int64_t *entries, size_t count, int32_t *out) {
  if (__builtin_cpu_supports("avx512vpopcntdq")) {
    count_bits_vectors(masks, entries, count, out);
  } else {
    count_bits_loop(masks, entries, count, out);
  }
}

AVX512 static size_t partition_avx512(const int64_t *keys, size_t count, int64_t lower, int64_t upper,
                                      int32_t *restrict inside, int32_t *restrict outside) {
  const __m512i first = _mm512_set1_epi64(lower), end = _mm512_set1_epi64(upper);
  const __m256i ascending = _mm256_set_epi32(7, 6, 5, 4, 3, 2, 1, 0);
  size_t found = 0, i = 0;
  for (; i + 8 <= count; i += 8) {
    __m512i key = _mm512_loadu_si512(keys + i);
    __mmask8 is_inside = _mm512_mask_cmplt_epi64_mask(_mm512_cmpge_epi64_mask(key, first), key, end);
    __m256i numbers = _mm256_add_epi32(ascending, _mm256_set1_epi32((int32_t)i));
    unsigned n = (unsigned)_mm_popcnt_u32(is_inside);
    _mm256_mask_storeu_epi32(inside + found, (__mmask8)((1u << n) - 1),
                             _mm256_maskz_compress_epi32(is_inside, numbers));
    _mm256_mask_storeu_epi32(outside + i - found, (__mmask8)((1u << (8 - n)) - 1),
                             _mm256_maskz_compress_epi32((__mmask8)~is_inside, numbers));
    found += n;
  }
  for (; i < count; i++) {
    inside[found] = (int32_t)i;
    outside[i - found] = (int32_t)i;
    found += (keys[i] >= lower) & (keys[i] < upper);
  }
  return found;
}
#endif

LOOP_AVX512(void, mark_bits,
            (const int32_t *values, const int32_t *rows, size_t count, int32_t lower, const int64_t *entries,
             uint64_t *masks),
            (values, rows, count, lower, entries, masks))

VERSIONS(void, mark_bits,
         (const int32_t *values, const int32_t *rows, size_t count, int32_t lower, const int64_t *entries,
          uint64_t *masks),
         (values, rows, count, lower, entries, masks))
VERSIONS(size_t, marked, (const uint64_t *masks, size_t count, int64_t first, int64_t *out),
         (masks, count, first, out))
VERSIONS(void, count_bits, (const uint64_t *masks, const int64_t *entries, size_t count, int32_t *out),
         (masks, entries, count, out))
VERSIONS(size_t, part,
         (const int32_t *slots, size_t count, const uint8_t *flags, uint8_t none, int32_t *ready, int32_t *waiting,
          size_t *waiting_count),
         (slots, count, flags, none, ready, waiting, waiting_count))
VERSIONS(size_t, partition,
         (const int64_t *keys, size_t count, int64_t lower, int64_t upper, int32_t *inside, int32_t *outside),
         (keys, count, lower, upper, inside, outside))
