// A row of bins: one axis, with under- and overflow.

import { shared, sum } from './arrays.js';
import { uniteAxes } from './axes.js';

export function readRow(plain, before) {
  return { edges: shared(plain.bin_edges, before?.edges), under: plain.underflow ?? 0, over: plain.overflow ?? 0 };
}

/** How two rows of bins lie in one. */
export function uniteRows(first, second) {
  const overflows = [first, second].map(({ over, overVariance }) => over || overVariance);
  const axis = uniteAxes(first.x, second.x, first.edges, second.edges, overflows);
  return axis && { axes: { x: axis.axis, edges: axis.edges }, places: axis.places, size: axis.edges.length - 1 };
}

/**
 * Entries with under- and overflow, as ROOT counts them, and the mean and RMS of what is in the bins, from their centres.
 * What cannot be said is null.
 */
export function rowStatistics({ edges, under, over, rows, x: { categories } }, weights) {
  let total = 0;
  let first = 0;
  let second = 0;
  // Taken from the middle of the axis, so that large numbers with small differences keep their digits.
  const origin = edges[0] / 2 + edges[edges.length - 1] / 2;
  for (let i = 0; i < weights.length; i++) {
    const x = edges[i] / 2 + edges[i + 1] / 2 - origin;
    total += weights[i];
    first += weights[i] * x;
    second += weights[i] * x * x;
  }
  const inside = rows ? sum(rows) : total;
  const isMeaningful = total > 0 && !categories;
  const mean = isMeaningful ? first / total : null;
  return {
    entries: inside + under + over, inside, under, over,
    mean: isMeaningful ? mean + origin : null,
    rms: isMeaningful ? Math.sqrt(Math.max(0, second / total - mean * mean)) : null,
  };
}
