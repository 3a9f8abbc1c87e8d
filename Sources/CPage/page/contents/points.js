// A list of points. The newest stand for all: points of windows are joined, and do not add up.

import { numbers, sum } from './arrays.js';

/** No more points than this are shown together; the newest are. */
const MOST_POINTS = 20000;

export const points = {
  fits: (plain) => Array.isArray(plain.x) && Array.isArray(plain.y),
  read: (plain) => ({ xs: numbers(plain.x), ys: numbers(plain.y), omitted: plain.omitted ?? 0 }),
  plain: () => ({}),

  statistics({ xs, ys, omitted }) {
    const mean = ys.length ? sum(ys) / ys.length : null;
    const square = ys.reduce((total, y) => total + (y - mean) ** 2, 0);
    return { entries: xs.length + omitted, inside: xs.length, omitted, mean,
      rms: ys.length ? Math.sqrt(square / ys.length) : null };
  },

  sizeOf: ({ xs }) => xs.length * 2,
};

/** The points of two windows, the second of which is newer. */
export function joinPoints(first, second) {
  const skipped = Math.max(0, first.xs.length + second.xs.length - MOST_POINTS);
  const join = (before, after) => {
    const rest = before.subarray(Math.min(skipped, before.length));
    const joined = new Float64Array(rest.length + after.length);
    joined.set(rest);
    joined.set(after, rest.length);
    return joined;
  };
  return { ...second, xs: join(first.xs, second.xs), ys: join(first.ys, second.ys),
    omitted: first.omitted + second.omitted + skipped };
}
