// What stands beside a plot: entries, mean, RMS and what lies outside.

/**
 * Of a result: `entries` with under- and overflow, as ROOT counts them, and the mean and RMS of what is in the bins,
 * from
 * their centres. For a map both are pairs. What cannot be said is null.
 */
export function statistics(result) {
  if (result.form === 'points') return ofPoints(result);
  if (result.form === 'map') return ofMap(result);
  const { edges, under, over } = result;
  const weights = result.form === 'profile' ? result.rows : result.values;
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
  const inside = result.rows ? sum(result.rows) : total;
  const isMeaningful = total > 0 && !result.x.categories;
  const mean = isMeaningful ? first / total : null;
  return {
    entries: inside + under + over, inside, under, over,
    mean: isMeaningful ? mean + origin : null,
    rms: isMeaningful ? Math.sqrt(Math.max(0, second / total - mean * mean)) : null,
  };
}

function ofMap({ xEdges, yEdges, values, rows: entries, outside }) {
  const rows = yEdges.length - 1;
  // From the middles of the axes, as above.
  const [xOrigin, yOrigin] = [xEdges, yEdges].map((edges) => edges[0] / 2 + edges[edges.length - 1] / 2);
  let total = 0;
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  for (let i = 0; i < xEdges.length - 1; i++) {
    const x = xEdges[i] / 2 + xEdges[i + 1] / 2 - xOrigin;
    for (let j = 0; j < rows; j++) {
      const weight = values[i * rows + j];
      const y = yEdges[j] / 2 + yEdges[j + 1] / 2 - yOrigin;
      total += weight;
      x1 += weight * x;
      x2 += weight * x * x;
      y1 += weight * y;
      y2 += weight * y * y;
    }
  }
  const spread = (one, two) => Math.sqrt(Math.max(0, two / total - (one / total) ** 2));
  return {
    entries: (entries ? sum(entries) : total) + outside, inside: entries ? sum(entries) : total, outside,
    mean: total > 0 ? [x1 / total + xOrigin, y1 / total + yOrigin] : null,
    rms: total > 0 ? [spread(x1, x2), spread(y1, y2)] : null,
  };
}

function ofPoints({ xs, ys, omitted }) {
  const mean = ys.length ? sum(ys) / ys.length : null;
  const square = ys.reduce((total, y) => total + (y - mean) ** 2, 0);
  return { entries: xs.length + omitted, inside: xs.length, omitted, mean,
    rms: ys.length ? Math.sqrt(square / ys.length) : null };
}

/**
 * The bins of a result that is expected to be flat which are not: those that lie further from the median of all than
 * `within` of it, by more than three times the error of a usual bin. The median does not follow a hot wire, as a mean
 * would; and few hits are never called uneven, as they always are.
 */
export function outOfFlat(values, errors, within) {
  const level = median(values);
  const allowed = within * level + 3 * median(errors);
  const bins = [];
  for (let i = 0; i < values.length; i++) if (Math.abs(values[i] - level) > allowed) bins.push(i);
  return { level, bins };
}

function median(values) {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function sum(values) {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}
