// How many rows are in each bin of one axis, or what their weights come to.

import { list, numbers, numbersOrNull } from './arrays.js';
import { readRow, rowStatistics, uniteRows } from './row.js';

export const counts = {
  arrays: ['values', 'variances', 'rows'],
  numbers: ['under', 'over', 'overVariance', 'unknown'],
  unite: uniteRows,

  fits: (plain) => Array.isArray(plain.bin_edges) && Array.isArray(plain.bin_counts) && !plain.sum,

  read: (plain, before) => ({
    ...readRow(plain, before), values: numbers(plain.bin_counts), overVariance: plain.overflow_variance ?? 0,
    variances: numbersOrNull(plain.bin_variances), rows: numbersOrNull(plain.bin_entries),
  }),

  plain: ({ edges, under, over, values, variances, rows, overVariance }) => ({
    bin_edges: list(edges), underflow: under, overflow: over, bin_counts: list(values),
    bin_variances: list(variances), bin_entries: list(rows), overflow_variance: overVariance,
  }),

  statistics: (result) => rowStatistics(result, result.values),
  sizeOf: ({ edges }) => edges.length * 2,
};
