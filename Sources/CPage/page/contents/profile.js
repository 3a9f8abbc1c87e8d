// The mean of a number in bins of one axis.

import { SPREAD, deviationsOf } from '../spread.js';
import { list, numbers } from './arrays.js';
import { readRow, rowStatistics, uniteRows } from './row.js';

export const profile = {
  arrays: SPREAD,
  numbers: ['under', 'over', 'unknown'],
  isMean: true,
  unite: uniteRows,

  fits: (plain) => Array.isArray(plain.bin_edges) && Array.isArray(plain.sum),

  read(plain, before) {
    const [rows, sum, squares] = [plain.bin_counts, plain.sum, plain.sum_of_squares].map(numbers);
    return {
      ...readRow(plain, before), rows, sum, squares,
      rests: plain.sum_remainder ? numbers(plain.sum_remainder) : new Float64Array(rows.length),
      deviations: plain.sum_of_squared_deviations ? numbers(plain.sum_of_squared_deviations)
        : deviationsOf(rows, sum, squares),
    };
  },

  plain: ({ edges, under, over, rows, sum, rests, squares, deviations }) => ({
    bin_edges: list(edges), underflow: under, overflow: over, bin_counts: list(rows), sum: list(sum),
    sum_remainder: list(rests), sum_of_squares: list(squares), sum_of_squared_deviations: list(deviations),
  }),

  statistics: (result) => rowStatistics(result, result.rows),
  sizeOf: ({ edges }) => edges.length * 8,
};
