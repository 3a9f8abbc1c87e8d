// How values of a bin lie: their number, their sum, and the sum of their squared distances from their mean. Two of them
// add up by the parallel form (Chan, Golub and LeVeque, 1979), in which a mean far from 0 costs the error no digits.
//
// A sum is a pair of numbers, of which the first is the double next to it and the second what is left: `sum` and
// `sum_remainder` of a message.

/** The sum of two numbers, and what its rounding left. */
function exactSum(a, b) {
  const high = a + b;
  const part = high - a;
  return [high, rest(high, (a - (high - part)) + (b - part))];
}

/** The product of two numbers, and what its rounding left (Dekker, 1971). */
function exactProduct(a, b) {
  const high = a * b;
  const [a1, a2] = halves(a);
  const [b1, b2] = halves(b);
  return [high, rest(high, ((a1 * b1 - high) + a1 * b2 + a2 * b1) + a2 * b2)];
}

function halves(a) {
  const factor = 134217729 * a;
  const high = factor - (factor - a);
  return [high, a - high];
}

/** Beyond the doubles there is nothing left over. */
function rest(high, low) {
  return Number.isFinite(high) && Number.isFinite(low) ? low : 0;
}

function add([a, a2], [b, b2]) {
  const [high, low] = exactSum(a, b);
  return exactSum(high, low + a2 + b2);
}

/** The mean, as such a pair. */
function meanOf([sum, left], count) {
  const mean = sum / count;
  const [product, low] = exactProduct(mean, count);
  return exactSum(mean, ((sum - product) - low + left) / count);
}

/** Adds the bins of `b` to those of `a`, with `sign` -1 takes them out. Both have rows, sum, rests, squares, deviations. */
export function addSpreads(a, b, sign) {
  const size = a.rows.length;
  const result = {};
  for (const name of SPREAD) result[name] = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const one = at(a, i);
    const other = at(b, i);
    const spread = sign > 0 ? joined(one, other) : without(one, other);
    for (const name of SPREAD) result[name][i] = spread[name];
  }
  return result;
}

/** What a bin is known by. */
export const SPREAD = ['rows', 'sum', 'rests', 'squares', 'deviations'];
const NOTHING = { rows: 0, sum: 0, rests: 0, squares: 0, deviations: 0 };

function at(spreads, i) {
  return { rows: spreads.rows[i], sum: spreads.sum[i], rests: spreads.rests[i], squares: spreads.squares[i],
    deviations: spreads.deviations[i] };
}

function joined(a, b) {
  if (!(b.rows > 0)) return a;
  if (!(a.rows > 0)) return b;
  const rows = a.rows + b.rows;
  const [sum, rests] = add([a.sum, a.rests], [b.sum, b.rests]);
  const deviations = a.deviations + b.deviations + distance(a, b) ** 2 * (a.rows / rows) * b.rows;
  return { rows, sum, rests, squares: a.squares + b.squares, deviations };
}

function without(a, b) {
  if (!(b.rows > 0)) return a;
  const rows = a.rows - b.rows;
  if (!(rows > 0)) return NOTHING;
  const [sum, rests] = add([a.sum, a.rests], [-b.sum, -b.rests]);
  const left = { rows, sum, rests, squares: a.squares - b.squares, deviations: 0 };
  if (rows > 1) {
    const between = distance(left, b) ** 2 * (rows / a.rows) * b.rows;
    left.deviations = Math.max(0, a.deviations - b.deviations - between);
  }
  return left;
}

function distance(a, b) {
  const [one, two] = [meanOf([a.sum, a.rests], a.rows), meanOf([b.sum, b.rests], b.rows)];
  return (two[0] - one[0]) + (two[1] - one[1]);
}

/** The sums of squared distances that sums of squares say, of messages that have nothing else. */
export function deviationsOf(rows, sum, squares) {
  return rows.map((n, i) => (n > 1 ? Math.max(0, squares[i] - (sum[i] * sum[i]) / n) : 0));
}

/** Means and their errors. */
export function means({ rows, sum, rests, deviations }) {
  return {
    values: rows.map((n, i) => (n > 0 ? meanOf([sum[i], rests[i]], n)[0] : NaN)),
    errors: rows.map((n, i) => (n > 1 ? Math.sqrt(deviations[i] / (n - 1) / n) : NaN)),
  };
}
