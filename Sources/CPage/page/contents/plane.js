// Bins of two axes: those of one x after those of another, and what lies outside.

import { list, shared, sum } from './arrays.js';
import { uniteAxes } from './axes.js';

/** Edges, and what lies in no bin: all of it, and what is above in x and in y. */
export function readPlane(plain, before) {
  const flows = [plain.x_underflow, plain.x_overflow, plain.y_underflow, plain.y_overflow];
  const size = (...lists) => lists.flat().reduce((total, value) => total + Math.abs(value ?? 0), 0);
  return {
    xEdges: shared(plain.x_edges, before?.xEdges), yEdges: shared(plain.y_edges, before?.yEdges),
    outside: flows.reduce((total, flow) => total + sum(flow ?? []), 0),
    overX: size(plain.x_overflow ?? [], plain.x_overflow_variance ?? []),
    overY: size(plain.y_overflow ?? [], plain.y_overflow_variance ?? []),
  };
}

/** The fields that readPlane() reads. */
export function plainPlane({ xEdges, yEdges, outside, overX, overY }) {
  return { x_edges: list(xEdges), y_edges: list(yEdges), x_underflow: [outside], x_overflow_variance: [overX],
    y_overflow_variance: [overY] };
}

/** Values as a message has them: a list for each bin of x. */
export function plainColumns({ xEdges, yEdges }, values) {
  const rows = yEdges.length - 1;
  return values ? Array.from({ length: xEdges.length - 1 }, (_, i) => list(values.subarray(i * rows, (i + 1) * rows)))
    : undefined;
}

/** How the bins of two planes lie in one. */
export function unitePlanes(first, second) {
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

/** As rowStatistics(); mean and RMS are pairs. */
export function planeStatistics({ xEdges, yEdges, rows: entries, outside }, weights) {
  const rows = yEdges.length - 1;
  // From the middles of the axes, so that large numbers with small differences keep their digits.
  const [xOrigin, yOrigin] = [xEdges, yEdges].map((edges) => edges[0] / 2 + edges[edges.length - 1] / 2);
  let total = 0;
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  for (let i = 0; i < xEdges.length - 1; i++) {
    const x = xEdges[i] / 2 + xEdges[i + 1] / 2 - xOrigin;
    for (let j = 0; j < rows; j++) {
      const weight = weights[i * rows + j];
      const y = yEdges[j] / 2 + yEdges[j + 1] / 2 - yOrigin;
      total += weight;
      x1 += weight * x;
      x2 += weight * x * x;
      y1 += weight * y;
      y2 += weight * y * y;
    }
  }
  const spread = (one, two) => Math.sqrt(Math.max(0, two / total - (one / total) ** 2));
  const inside = entries ? sum(entries) : total;
  return {
    entries: inside + outside, inside, outside,
    mean: total > 0 ? [x1 / total + xOrigin, y1 / total + yOrigin] : null,
    rms: total > 0 ? [spread(x1, x2), spread(y1, y2)] : null,
  };
}
