// A message as the page keeps it.

import { combine, readResult, sizeOf } from './results.js';

/** Reads a message of a window or of a total; edges are shared with `before`, another one. */
export function readWindow(message, before) {
  const { window = {}, counts = {} } = message;
  const results = new Map();
  for (const [name, plain] of Object.entries(message.histograms ?? {})) {
    const result = readResult(plain, before?.results.get(name));
    if (result) results.set(name, result);
  }
  return {
    run: message.run, index: window.index, kind: window.kind, start: window.start, end: window.end,
    count: window.windows ?? 1,
    counts, results, seconds: secondsOf(window),
  };
}

/** The name of a window, by which it is known when it comes again. */
export function keyOf(window) {
  return `${window.run}/${window.index}`;
}

/** Seconds between start and end; null where the window is not one of time. */
function secondsOf({ start, end }) {
  const length = typeof start === 'string' && typeof end === 'string' ? (Date.parse(end) - Date.parse(start)) / 1000
    : NaN;
  return length > 0 ? length : null;
}

/** The end of a window in seconds since 1970, or its index where it is not one of time. */
export function positionOf(window) {
  return window.seconds === null ? window.index : Date.parse(window.end) / 1000;
}

/**
 * The sum of windows, oldest first, of one histogram: the result, and the windows that it covers; null if none has it.
 * Windows before one whose bins cannot be added to theirs are left out, and `isCut` says so.
 */
export function sumOf(windows, name) {
  let total = null;
  let first = 0;
  windows.forEach(({ results }, i) => {
    const result = results.get(name);
    if (!result) return;
    const sum = total && combine(total, result);
    if (total && !sum) first = i;
    total = sum ?? result;
  });
  return total && { result: total, windows: windows.slice(first), isCut: first > 0 };
}

/** Adds a window to a total. Where bins of one of its histograms cannot be added, a new total begins, as on the server. */
export function addTo(total, window) {
  const results = new Map(total.results);
  // Points do not add up over a run: the newest stand for all.
  for (const [name, result] of window.results) {
    const before = results.get(name);
    const sum = before && result.form !== 'points' ? combine(before, result) : result;
    if (!sum) return { ...window, results: new Map(window.results), isCut: true };
    results.set(name, sum);
  }
  const counts = { ...total.counts };
  for (const [name, count] of Object.entries(window.counts)) counts[name] = (counts[name] ?? 0) + count;
  return {
    ...total, results, counts, end: window.end, index: window.index, count: total.count + 1,
    seconds: total.seconds === null || window.seconds === null ? null : total.seconds + window.seconds,
  };
}

/** Whether a total holds a window already. */
export function holds(total, window) {
  if (Number.isFinite(total.index)) return window.index <= total.index;
  return typeof total.end === typeof window.end && total.end !== undefined && window.end <= total.end;
}

/** How many numbers a window holds. */
export function weightOf(window) {
  let weight = 0;
  for (const result of window.results.values()) weight += sizeOf(result);
  return weight;
}

/** How long windows are together; null where one is not of time. */
export function sumSeconds(windows) {
  return windows.reduce((total, { seconds }) => (total === null || seconds === null ? null : total + seconds), 0);
}
