// Histograms as messages have them, in a form that can be added up and drawn.
//
// A result is one of
//   counts   edges, values; variances and rows where it was filled with weights
//   profile  edges, rows, sum, rests, squares, deviations (see spread.js); values (means) and errors come from these
//   map      xEdges, yEdges, values: those of one x after those of another; variances and rows as for counts
//            outside: what lies in no bin; overX and overY: 0 where nothing lies above in x and in y
//   points   x, y
// and has title, x and y (label, unit), under, over, outside and unknown.

import { SPREAD, addSpreads, deviationsOf, means } from './spread.js';

/** Arrays and numbers that add up, by form. */
const ADDITIVE = {
  counts: { arrays: ['values', 'variances', 'rows'], numbers: ['under', 'over', 'overVariance', 'unknown'] },
  profile: { arrays: SPREAD, numbers: ['under', 'over', 'unknown'] },
  map: { arrays: ['values', 'variances', 'rows'], numbers: ['outside', 'overX', 'overY', 'unknown'] },
};
const NOTHING = { label: '', unit: '' };

/**
 * The result of one histogram of a message; null where this page does not know its form.
 *
 * `before` is the same histogram of an earlier window: edges that have not changed are shared with it.
 */
export function readResult(plain, before) {
  const common = { title: plain.title ?? '', x: plain.axis ?? NOTHING, y: plain.y_axis ?? NOTHING,
    unknown: plain.unknown ?? 0 };
  if (Array.isArray(plain.x) && Array.isArray(plain.y)) {
    return { ...common, form: 'points', xs: numbers(plain.x), ys: numbers(plain.y), omitted: plain.omitted ?? 0 };
  }
  if (Array.isArray(plain.x_edges) && Array.isArray(plain.y_edges)) {
    const flows = [plain.x_underflow, plain.x_overflow, plain.y_underflow, plain.y_overflow];
    const size = (...lists) => lists.flat().reduce((total, value) => total + Math.abs(value ?? 0), 0);
    return {
      ...common, form: 'map', xEdges: shared(plain.x_edges, before?.xEdges),
      yEdges: shared(plain.y_edges, before?.yEdges),
      values: numbers(plain.bin_counts.flat()),
      variances: plain.bin_variances ? numbers(plain.bin_variances.flat()) : null,
      rows: plain.bin_entries ? numbers(plain.bin_entries.flat()) : null,
      outside: flows.reduce((total, flow) => total + sum(flow ?? []), 0),
      overX: size(plain.x_overflow ?? [], plain.x_overflow_variance ?? []),
      overY: size(plain.y_overflow ?? [], plain.y_overflow_variance ?? []),
    };
  }
  if (!Array.isArray(plain.bin_edges) || !Array.isArray(plain.bin_counts)) return null;
  const flows = { under: plain.underflow ?? 0, over: plain.overflow ?? 0 };
  const edges = shared(plain.bin_edges, before?.edges);
  if (Array.isArray(plain.sum)) {
    const [rows, sum, squares] = [plain.bin_counts, plain.sum, plain.sum_of_squares].map(numbers);
    return withMeans({
      ...common, ...flows, form: 'profile', edges, rows, sum, squares,
      rests: plain.sum_remainder ? numbers(plain.sum_remainder) : new Float64Array(rows.length),
      deviations: plain.sum_of_squared_deviations ? numbers(plain.sum_of_squared_deviations)
        : deviationsOf(rows, sum, squares),
    });
  }
  return {
    ...common, ...flows, form: 'counts', edges, values: numbers(plain.bin_counts),
    overVariance: plain.overflow_variance ?? 0,
    variances: plain.bin_variances ? numbers(plain.bin_variances) : null,
    rows: plain.bin_entries ? numbers(plain.bin_entries) : null,
  };
}

/** A result as a message would have it, but for points; what the page does not use is left out. */
export function plainResult(result) {
  const { form, title, x, y, unknown, under, over } = result;
  const common = { title, axis: x, y_axis: y, unknown };
  const list = (values) => (values ? Array.from(values) : undefined);
  if (form === 'map') {
    const rows = result.yEdges.length - 1;
    const columns = (values) => (values ? Array.from({ length: result.xEdges.length - 1 },
      (_, i) => list(values.subarray(i * rows, (i + 1) * rows))) : undefined);
    return { ...common, x_edges: list(result.xEdges), y_edges: list(result.yEdges),
      bin_counts: columns(result.values), bin_variances: columns(result.variances),
      bin_entries: columns(result.rows), x_underflow: [result.outside], x_overflow_variance: [result.overX],
      y_overflow_variance: [result.overY] };
  }
  const flows = { ...common, bin_edges: list(result.edges), underflow: under, overflow: over };
  if (form === 'profile') return { ...flows, bin_counts: list(result.rows), sum: list(result.sum),
    sum_remainder: list(result.rests), sum_of_squares: list(result.squares),
    sum_of_squared_deviations: list(result.deviations) };
  return { ...flows, bin_counts: list(result.values), bin_variances: list(result.variances),
    bin_entries: list(result.rows), overflow_variance: result.overVariance };
}

/**
 * The sum of two results, or with `sign` -1 their difference. Categories are brought together by their names, in
 * whatever order either has them. Null where the results cannot be added: their bins, units or forms differ, or the
 * overflow of one may be of a category that only the other has. Tests/Vectors/merging.json has examples.
 */
export function combine(first, second, sign = 1) {
  if (first.form !== second.form || first.x.unit !== second.x.unit) return null;
  if (first.form !== 'counts' && first.y.unit !== second.y.unit) return null;
  if (first.form === 'points') return sign > 0 ? joinPoints(first, second) : first;
  const { arrays, numbers: counts } = ADDITIVE[first.form];
  if (arrays.some((name) => !first[name] !== !second[name])) return null;
  const bins = first.form === 'map' ? uniteMaps(first, second) : uniteBins(first, second);
  if (!bins) return null;
  const result = { ...first, ...bins.axes };
  const parts = [first, second].map((part, side) => Object.fromEntries(arrays.map((name) =>
    [name, part[name] && placed(part[name], bins.places[side], bins.size)])));
  if (first.form === 'profile') Object.assign(result, addSpreads(parts[0], parts[1], sign));
  else for (const name of arrays) if (parts[0][name]) result[name] = added(parts[0][name], parts[1][name], sign);
  for (const name of counts) result[name] += sign * second[name];
  return result.form === 'profile' ? withMeans(result) : result;
}

function added(first, second, sign) {
  const values = Float64Array.from(first);
  for (let i = 0; i < values.length; i++) values[i] += sign * second[i];
  return values;
}

/** Values at their places among `size`; as they are where `places` is null. */
function placed(values, places, size) {
  if (!places) return values;
  const result = new Float64Array(size);
  for (let i = 0; i < values.length; i++) result[places[i]] = values[i];
  return result;
}

function uniteBins(first, second) {
  const overflows = [first, second].map(({ over, overVariance }) => over || overVariance);
  const axis = uniteAxes(first.x, second.x, first.edges, second.edges, overflows);
  return axis && { axes: { x: axis.axis, edges: axis.edges }, places: axis.places, size: axis.edges.length - 1 };
}

function uniteMaps(first, second) {
  const x = uniteAxes(first.x, second.x, first.xEdges, second.xEdges, [first.overX, second.overX]);
  const y = uniteAxes(first.y, second.y, first.yEdges, second.yEdges, [first.overY, second.overY]);
  if (!x || !y) return null;
  const height = y.edges.length - 1;
  const places = [first, second].map((part, side) => {
    if (!x.places[side] && !y.places[side]) return null;
    const columns = x.places[side] ?? Array.from(part.xEdges.subarray(1), (_, i) => i);
    const rows = y.places[side] ?? Array.from(part.yEdges.subarray(1), (_, i) => i);
    return columns.flatMap((column) => rows.map((row) => column * height + row));
  });
  return { axes: { x: x.axis, xEdges: x.edges, y: y.axis, yEdges: y.edges }, places,
    size: (x.edges.length - 1) * height };
}

/** One axis for the bins of two, and where the bins of either are in it; null where they differ. */
function uniteAxes(first, second, edges, others, overflows) {
  const [names, more] = [first.categories, second.categories];
  if (!names !== !more) return null;
  if (!names) return sameEdges(edges, others) ? { axis: first, edges, places: [null, null] } : null;
  if (sameNames(names, more)) return { axis: first, edges, places: [null, null] };
  const all = [...new Set([...names, ...more])];
  const isComplete = [names, more].map((list) => list.length === all.length);
  if ([0, 1].some((side) => overflows[side] && !isComplete[side])) return null;
  const places = new Map(all.map((name, i) => [name, i]));
  return { axis: { ...first, categories: all }, edges: Float64Array.from({ length: all.length + 1 }, (_, i) => i),
    places: [names, more].map((list) => list.map((name) => places.get(name))) };
}

/** Results whose categories come in one order, that of the first with the names of the others behind. */
export function inOneOrder(results) {
  const names = results[0].x.categories;
  if (!names || results.every(({ x }) => x.categories && sameNames(x.categories, names))) return results;
  const all = [...new Set(results.flatMap(({ x }) => x.categories ?? []))];
  const edges = Float64Array.from({ length: all.length + 1 }, (_, i) => i);
  return results.map((result) => {
    if (!result.x.categories || !['counts', 'profile'].includes(result.form)) return result;
    const places = result.x.categories.map((name) => all.indexOf(name));
    const moved = ADDITIVE[result.form].arrays.filter((name) => result[name])
      .map((name) => [name, placed(result[name], places, all.length)]);
    const ordered = { ...result, x: { ...result.x, categories: all }, edges, ...Object.fromEntries(moved) };
    return result.form === 'profile' ? withMeans(ordered) : ordered;
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
  if (result.form === 'profile') return result.errors;
  const variances = result.variances ?? result.values;
  return variances.map((variance) => Math.sqrt(Math.max(0, variance)));
}

/** How many numbers it holds. */
export function sizeOf(result) {
  if (result.form === 'points') return result.xs.length * 2;
  if (result.form === 'map') return result.values.length * (result.variances ? 3 : 1);
  return result.edges.length * (result.form === 'profile' ? 8 : 2);
}

/** No more points than this are shown together; the newest are. */
const MOST_POINTS = 20000;

function joinPoints(first, second) {
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

function withMeans(result) {
  return { ...result, ...means(result) };
}

/** Numbers of JSON; null, which is no number, becomes NaN. */
function numbers(values) {
  const result = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) result[i] = values[i] === null ? NaN : values[i];
  return result;
}

function shared(values, before) {
  return before && sameEdges(values, before) ? before : numbers(values);
}

function sameEdges(first, second) {
  if (first === second) return true;
  if (first.length !== second.length) return false;
  for (let i = 0; i < first.length; i++) if (first[i] !== second[i]) return false;
  return true;
}

function sameNames(first, second) {
  return first.length === second.length && first.every((name, i) => name === second[i]);
}

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
