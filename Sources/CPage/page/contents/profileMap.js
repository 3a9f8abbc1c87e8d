// The mean of a number in bins of two axes.

import { SPREAD } from '../spread.js';
import { numbers } from './arrays.js';
import { plainColumns, plainPlane, planeStatistics, readPlane, unitePlanes } from './plane.js';

/** The fields of a message, by the names of spread.js. */
const FIELDS = { rows: 'bin_counts', sum: 'sum', rests: 'sum_remainder', squares: 'sum_of_squares',
  deviations: 'sum_of_squared_deviations' };

export const profileMap = {
  arrays: SPREAD,
  numbers: ['outside', 'overX', 'overY', 'unknown'],
  isMean: true,
  unite: unitePlanes,

  fits: (plain) => Array.isArray(plain.x_edges) && Array.isArray(plain.sum),

  read: (plain, before) => ({
    ...readPlane(plain, before), z: plain.z_axis,
    ...Object.fromEntries(SPREAD.map((name) => [name, numbers(plain[FIELDS[name]].flat())])),
  }),

  plain: (result) => ({
    ...plainPlane(result), z_axis: result.z,
    ...Object.fromEntries(SPREAD.map((name) => [FIELDS[name], plainColumns(result, result[name])])),
  }),

  statistics: (result) => planeStatistics(result, result.rows),
  sizeOf: ({ rows }) => rows.length * 7,
};
