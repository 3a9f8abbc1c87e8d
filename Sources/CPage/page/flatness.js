// Which bins are not as they are expected to be.

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
