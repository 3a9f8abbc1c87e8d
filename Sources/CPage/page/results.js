// Histograms as messages have them, in a form that can be added up and drawn: contents/index.js says what a result has.

import { sameNames, wholeEdges } from './contents/arrays.js';
import { placed } from './contents/axes.js';
import { CONTENTS } from './contents/index.js';
import { joinPoints } from './contents/points.js';
import { addSpreads, means } from './spread.js';

const NOTHING = { label: '', unit: '' };

/**
 * The result of one histogram of a message; null where this page does not know its form.
 *
 * `before` is the same histogram of an earlier window: edges that have not changed are shared with it.
 */
export function readResult(plain, before) {
  const found = Object.entries(CONTENTS).find(([, kind]) => kind.fits(plain));
  if (!found) return null;
  const [form, kind] = found;
  return complete({ title: plain.title ?? '', x: plain.axis ?? NOTHING, y: plain.y_axis ?? NOTHING,
    unknown: plain.unknown ?? 0, form, ...kind.read(plain, before) });
}

/** A result as a message would have it, but for points; what the page does not use is left out. */
export function plainResult(result) {
  const { form, title, x, y, unknown } = result;
  return { title, axis: x, y_axis: y, unknown, ...CONTENTS[form].plain(result) };
}

/**
 * The sum of two results, or with `sign` -1 their difference. Categories are brought together by their names, in
 * whatever order either has them. Null where the results cannot be added: their bins, units or forms differ, or the
 * overflow of one may be of a category that only the other has. Tests/Vectors/merging.json has examples.
 */
export function combine(first, second, sign = 1) {
  if (first.form !== second.form || ['x', 'y', 'z'].some((axis) => first[axis]?.unit !== second[axis]?.unit)) return null;
  if (first.form === 'points') return sign > 0 ? joinPoints(first, second) : first;
  const { arrays, numbers, isMean, unite } = CONTENTS[first.form];
  if (arrays.some((name) => !first[name] !== !second[name])) return null;
  const bins = unite(first, second);
  if (!bins) return null;
  const result = { ...first, ...bins.axes };
  const parts = [first, second].map((part, side) => Object.fromEntries(arrays.map((name) =>
    [name, part[name] && placed(part[name], bins.places[side], bins.size)])));
  if (isMean) Object.assign(result, addSpreads(parts[0], parts[1], sign));
  else for (const name of arrays) if (parts[0][name]) result[name] = added(parts[0][name], parts[1][name], sign);
  for (const name of numbers) result[name] += sign * second[name];
  return complete(result);
}

/** With what follows from its numbers: means and their errors. */
function complete(result) {
  return CONTENTS[result.form].isMean ? { ...result, ...means(result) } : result;
}

function added(first, second, sign) {
  const values = Float64Array.from(first);
  for (let i = 0; i < values.length; i++) values[i] += sign * second[i];
  return values;
}

/** Results whose categories come in one order, that of the first with the names of the others behind. */
export function inOneOrder(results) {
  const names = results[0].x.categories;
  if (!names || results.every(({ x }) => x.categories && sameNames(x.categories, names))) return results;
  const all = [...new Set(results.flatMap(({ x }) => x.categories ?? []))];
  const edges = wholeEdges(all.length);
  return results.map((result) => {
    if (!result.x.categories || !result.edges) return result;
    const places = result.x.categories.map((name) => all.indexOf(name));
    const moved = CONTENTS[result.form].arrays.filter((name) => result[name])
      .map((name) => [name, placed(result[name], places, all.length)]);
    return complete({ ...result, x: { ...result.x, categories: all }, edges, ...Object.fromEntries(moved) });
  });
}

/**
 * A frozen copy of bins in the bins of `result`: categories by their names, 0 where the copy has none. Null where it is
 * of another unit, or of other bins where they have names.
 */
export function referenceIn(reference, result) {
  if ((reference.unit ?? result.x.unit) !== result.x.unit) return null;
  const names = result.x.categories;
  if (!names !== !reference.categories) return null;
  if (!names || sameNames(names, reference.categories)) return reference;
  const places = names.map((name) => reference.categories.indexOf(name));
  const inOrder = (values) => places.map((place) => (place < 0 ? 0 : values[place]));
  return { ...reference, categories: names, edges: result.edges, values: inOrder(reference.values),
    errors: inOrder(reference.errors) };
}

/** Errors of the bins: the root of the variance, which is that of the count where there are no weights. */
export function errorsOf(result) {
  if (result.errors) return result.errors;
  const variances = result.variances ?? result.values;
  return variances.map((variance) => Math.sqrt(Math.max(0, variance)));
}

/** Whether a result has means in its bins, not counts. */
export function isMean(result) {
  return Boolean(CONTENTS[result.form].isMean);
}

/** What stands beside its plot: entries, mean, RMS and what lies outside. What cannot be said is null. */
export function statistics(result) {
  return CONTENTS[result.form].statistics(result);
}

/** How many numbers it holds. */
export function sizeOf(result) {
  return CONTENTS[result.form].sizeOf(result);
}
