// The axes of two results brought together.

import { sameNames, sameNumbers, wholeEdges } from './arrays.js';

/**
 * One axis for the bins of two, and where the bins of either are in it; null where they differ, or where the overflow of
 * one may be of a category that only the other has.
 */
export function uniteAxes(first, second, edges, others, overflows) {
  const [names, more] = [first.categories, second.categories];
  if (!names !== !more) return null;
  if (!names) return sameNumbers(edges, others) ? { axis: first, edges, places: [null, null] } : null;
  if (sameNames(names, more)) return { axis: first, edges, places: [null, null] };
  const all = [...new Set([...names, ...more])];
  const isComplete = [names, more].map((one) => one.length === all.length);
  if ([0, 1].some((side) => overflows[side] && !isComplete[side])) return null;
  const places = new Map(all.map((name, i) => [name, i]));
  return { axis: { ...first, categories: all }, edges: wholeEdges(all.length),
    places: [names, more].map((one) => one.map((name) => places.get(name))) };
}

/** Values at their places among `size`; as they are where `places` is null. */
export function placed(values, places, size) {
  if (!places) return values;
  const result = new Float64Array(size);
  for (let i = 0; i < values.length; i++) result[places[i]] = values[i];
  return result;
}
