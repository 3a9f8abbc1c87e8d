// Numbers to pixels and back.

/**
 * A scale from `domain` [low, high] to `range` [from, to] in pixels. A domain without a width gets one, so that nothing
 * divides by zero.
 */
export function linearScale([low, high], [from, to]) {
  const width = high - low || 1;
  const slope = (to - from) / width;
  const scale = (value) => from + (value - low) * slope;
  scale.invert = (pixel) => low + (pixel - from) / slope;
  scale.domain = [low, high];
  scale.range = [from, to];
  scale.isLog = false;
  return scale;
}

/** As linearScale, in decades. What is not above zero has no place and is drawn at the lower end. */
export function logScale([low, high], [from, to]) {
  const bottom = Math.log10(low);
  const slope = (to - from) / (Math.log10(high) - bottom || 1);
  const scale = (value) => (value > 0 ? from + (Math.log10(value) - bottom) * slope : from);
  scale.invert = (pixel) => 10 ** (bottom + (pixel - from) / slope);
  scale.domain = [low, high];
  scale.range = [from, to];
  scale.isLog = true;
  return scale;
}

/** Either of them. */
export function makeScale(isLog, domain, range) {
  return isLog ? logScale(domain, range) : linearScale(domain, range);
}

/**
 * The upper end of an axis for values up to `high`, given the end that it has now. It grows as soon as it must and
 * shrinks
 * only when less than 40 % of it is used, so that an axis stands still while counts fluctuate.
 */
export function steadyTop(high, current) {
  if (current !== null && high <= current && high >= 0.4 * current) return current;
  return niceAbove(high * 1.08);
}

/** The lower end, below zero, of an axis whose values go down to `low`. */
export function steadyBottom(low, current) {
  return low >= 0 ? 0 : -steadyTop(-low, current === null || current >= 0 ? null : -current);
}

/** The ends of a scale that need not begin at 0: round numbers about `low` and `high`, kept while they fit. */
export function steadySpan(low, high, current) {
  if (!(low <= high)) return current ?? [0, 1];
  const width = high - low || Math.abs(high) || 1;
  if (current && low >= current[0] && high <= current[1] && width > 0.4 * (current[1] - current[0])) return current;
  const step = niceAbove(width / 5);
  return [Math.floor(low / step) * step, Math.ceil(high / step) * step || step];
}

/** The ends of a logarithmic axis: a round number below the smallest value above zero, and room above. */
export function steadyDecades(lowest, highest, current) {
  if (!(highest > 0)) return current ?? [0.5, 10];
  const low = roundBelow(lowest * 0.6);
  const top = highest * 1.5;
  // Whole decades where that does not waste half of the height.
  const high = 10 ** (Math.ceil(Math.log10(top) * 3) / 3);
  if (current && lowest >= current[0] && highest <= current[1]) {
    const used = Math.log(highest / lowest || 1) / Math.log(current[1] / current[0]);
    if (used > 0.4) return current;
  }
  return [low, Math.max(high, low * 10)];
}

function roundBelow(value) {
  const decade = 10 ** Math.floor(Math.log10(value) + 1e-9);
  return decade * [5, 2, 1].find((factor) => factor * decade <= value * (1 + 1e-9));
}

/** The smallest round number that is at least `value`; 1 where that is not above zero. */
export function niceAbove(value) {
  if (!(value > 0) || !Number.isFinite(value)) return 1;
  const decade = 10 ** Math.floor(Math.log10(value));
  for (const step of [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8]) {
    if (step * decade >= value * (1 - 1e-12)) return step * decade;
  }
  return 10 * decade;
}
