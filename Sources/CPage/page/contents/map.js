// How many rows are in each bin of two axes, or what their weights come to.

import { numbers, numbersOrNull } from './arrays.js';
import { plainColumns, plainPlane, planeStatistics, readPlane, unitePlanes } from './plane.js';

export const map = {
  arrays: ['values', 'variances', 'rows'],
  numbers: ['outside', 'overX', 'overY', 'unknown'],
  unite: unitePlanes,

  fits: (plain) => Array.isArray(plain.x_edges) && Array.isArray(plain.y_edges) && !plain.sum,

  read: (plain, before) => ({
    ...readPlane(plain, before), values: numbers(plain.bin_counts.flat()),
    variances: numbersOrNull(plain.bin_variances?.flat()), rows: numbersOrNull(plain.bin_entries?.flat()),
  }),

  plain: (result) => ({
    ...plainPlane(result), bin_counts: plainColumns(result, result.values),
    bin_variances: plainColumns(result, result.variances), bin_entries: plainColumns(result, result.rows),
  }),

  statistics: (result) => planeStatistics(result, result.values),
  sizeOf: ({ values, variances }) => values.length * (variances ? 3 : 1),
};
