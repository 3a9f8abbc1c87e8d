// Histograms as messages have them, in a form that can be added up and drawn.
//
// A result is one of
//   counts   edges, values; variances and rows where it was filled with weights
//   profile  edges, rows, sum, squares; values (means) and errors come from these
//   map      xEdges, yEdges, values: those of one x after those of another
//   points   x, y
// and has title, x and y (label, unit), under, over, outside and unknown.

/** Arrays and numbers that add up, by form. */
const ADDITIVE = {
  counts: { arrays: ['values', 'variances', 'rows'], numbers: ['under', 'over', 'unknown'] },
  profile: { arrays: ['rows', 'sum', 'squares'], numbers: ['under', 'over', 'unknown'] },
  map: { arrays: ['values'], numbers: ['outside', 'unknown'] },
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
    return {
      ...common, form: 'map', xEdges: shared(plain.x_edges, before?.xEdges),
      yEdges: shared(plain.y_edges, before?.yEdges),
      values: numbers(plain.bin_counts.flat()), outside: flows.reduce((total, flow) => total + sum(flow ?? []), 0),
    };
  }
  if (!Array.isArray(plain.bin_edges) || !Array.isArray(plain.bin_counts)) return null;
  const flows = { under: plain.underflow ?? 0, over: plain.overflow ?? 0 };
  const edges = shared(plain.bin_edges, before?.edges);
  if (Array.isArray(plain.sum)) {
    return withMeans({
      ...common, ...flows, form: 'profile', edges, rows: numbers(plain.bin_counts), sum: numbers(plain.sum),
      squares: numbers(plain.sum_of_squares),
    });
  }
  return {
    ...common, ...flows, form: 'counts', edges, values: numbers(plain.bin_counts),
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
    const columns = Array.from({ length: result.xEdges.length - 1 },
      (_, i) => list(result.values.subarray(i * rows, (i + 1) * rows)));
    return { ...common, x_edges: list(result.xEdges), y_edges: list(result.yEdges), bin_counts: columns,
      x_underflow: [result.outside] };
  }
  const flows = { ...common, bin_edges: list(result.edges), underflow: under, overflow: over };
  if (form === 'profile') return { ...flows, bin_counts: list(result.rows), sum: list(result.sum),
    sum_of_squares: list(result.squares) };
  return { ...flows, bin_counts: list(result.values), bin_variances: list(result.variances),
    bin_entries: list(result.rows) };
}

/** The sum of two results, or with `sign` -1 their difference. Where their axes differ, the first. */
export function combine(first, second, sign = 1) {
  if (!second || first.form !== second.form) return first;
  if (first.form === 'points') return sign > 0 ? joinPoints(first, second) : first;
  if (!sameAxes(first, second)) return first;
  const result = { ...first };
  for (const name of ADDITIVE[first.form].arrays) {
    if (!first[name]) continue;
    const values = Float64Array.from(first[name]);
    const other = second[name];
    for (let i = 0; i < values.length; i++) values[i] += sign * other[i];
    result[name] = values;
  }
  for (const name of ADDITIVE[first.form].numbers) result[name] += sign * second[name];
  return result.form === 'profile' ? withMeans(result) : result;
}

/** Whether two results can be added bin by bin. */
export function sameAxes(first, second) {
  return first.form === 'map'
    ? sameEdges(first.xEdges, second.xEdges) && sameEdges(first.yEdges, second.yEdges)
    : sameEdges(first.edges, second.edges);
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
  return result.form === 'map' ? result.values.length : result.edges.length * (result.form === 'profile' ? 6 : 2);
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
  const { rows, sum: sums, squares } = result;
  const values = new Float64Array(rows.length);
  const errors = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    values[i] = rows[i] > 0 ? sums[i] / rows[i] : NaN;
    const spread = Math.max(0, squares[i] - (sums[i] * sums[i]) / rows[i]);
    errors[i] = rows[i] > 1 ? Math.sqrt(spread / (rows[i] - 1) / rows[i]) : NaN;
  }
  return { ...result, values, errors };
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

function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
