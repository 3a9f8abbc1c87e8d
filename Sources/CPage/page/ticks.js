// Where ticks stand and what they say.

import { timeOfDay } from './format.js';

const SUFFIXES = [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k']];

/**
 * Ticks of a linear axis: about `count` of them on round numbers.
 *
 * `isBinary` takes powers of two for the distance, which suits channels: 64 wires are 4 times 16. `isWhole` takes no
 * distance below 1. Where numbers are long and differ only in their last digits, `offset` is what is taken away from
 * all.
 */
export function linearTicks([low, high], count, { isWhole = false, isBinary = false } = {}) {
  const span = high - low;
  if (!(span > 0)) return { values: [], labels: [], offset: 0 };
  const step = isBinary ? 2 ** Math.max(0, Math.ceil(Math.log2(span / count))) : roundStep(span / count, isWhole);
  const values = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + span * 1e-9; i++) values.push(i * step);
  const isLong = Math.max(Math.abs(low), Math.abs(high)) > 1e4 * span;
  const offset = isLong ? Math.floor(low / (step * 100)) * step * 100 : 0;
  return { values, labels: labelsOf(values.map((value) => value - offset), step), offset };
}

/** Ticks of a logarithmic axis: the decades, and in between where there are few of them. */
export function logTicks([low, high], count) {
  const first = Math.floor(Math.log10(low) + 1e-9);
  const last = Math.ceil(Math.log10(high) - 1e-9);
  const decades = last - first;
  const factors = Math.log10(high / low) * 3 <= count ? [1, 2, 5] : [1];
  const stride = Math.max(1, Math.ceil(decades / Math.max(1, count)));
  const values = [];
  const minor = [];
  for (let decade = first; decade <= last; decade++) {
    for (let factor = 1; factor < 10; factor++) {
      const value = factor * 10 ** decade;
      if (value < low * (1 - 1e-9) || value > high * (1 + 1e-9)) continue;
      if (factors.includes(factor) && (decade - first) % stride === 0) values.push(value);
      else if (stride === 1) minor.push(value);
    }
  }
  return { values, labels: values.map(short), minor, offset: 0 };
}

const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400];

/** Ticks of an axis of times in seconds since 1970. */
export function timeTicks([low, high], count) {
  const wanted = (high - low) / count;
  const step = TIME_STEPS.find((candidate) => candidate >= wanted) ?? Math.ceil(wanted / 86400) * 86400;
  const values = [];
  for (let time = Math.ceil(low / step) * step; time <= high; time += step) values.push(time);
  return { values, labels: values.map((time) => timeOfDay(time, step < 60)), offset: 0 };
}

function roundStep(wanted, isWhole) {
  const decade = 10 ** Math.floor(Math.log10(wanted));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * decade >= wanted * (1 - 1e-9));
  const step = factor * decade;
  return isWhole ? Math.max(1, Math.round(step)) : step;
}

/** The same number of digits on every tick of an axis. */
function labelsOf(values, step) {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const [unit, suffix] = largest >= 1e4 ? SUFFIXES.find(([size]) => largest >= size) : [1, ''];
  if (largest > 0 && largest < 1e-3) return values.map((value) => (value === 0 ? '0' : value.toExponential(0)));
  const digits = Math.min(6, Math.max(0, -Math.floor(Math.log10(step / unit) + 1e-9)));
  return values.map((value) => {
    if (Math.abs(value) < step * 1e-6) return '0';
    return (value / unit).toFixed(digits).replace('-', '\u2212') + suffix;
  });
}

/** A number of a logarithmic tick. */
export function short(value) {
  if (value >= 1e15 || (value > 0 && value < 1e-3)) return value.toExponential(0).replace('e+', 'e');
  for (const [unit, suffix] of SUFFIXES) {
    if (value >= unit * 0.9999999) return +(value / unit).toPrecision(3) + suffix;
  }
  return String(+value.toPrecision(3));
}
