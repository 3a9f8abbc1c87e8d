// From a panel's declaration and the viewer's choices to what a figure draws.

import { outOfFlat } from './flatness.js';
import { valueLabel } from './format.js';
import { errorsOf, inOneOrder, isMean, referenceIn, statistics } from './results.js';

/** Colours of series come again after so many. */
const COLORS = 8;

/** The figures of a panel: one, or one for each value of the column that splits the histogram. */
export function figuresOf(spec, view) {
  const histogram = view.histograms[spec.plot];
  const values = histogram?.values ?? [];
  const isSplit = values.length > 0 && (spec.per || (!spec.overlay && ['map', 'heat'].includes(spec.as)));
  if (!isSplit) return [{ value: null, label: '' }];
  return values.map((value) => ({ value, label: valueLabel(histogram.per, value) }));
}

/** The names of the histograms in a figure, and how each is called in it. */
export function seriesOf(spec, view, value) {
  const histogram = view.histograms[spec.plot];
  if (value !== null) return [{ name: `${spec.plot}/${value}`, label: '' }];
  if (!histogram?.values?.length) return [{ name: spec.plot, label: '' }];
  return histogram.values.map((one) => ({ name: `${spec.plot}/${one}`, label: valueLabel(histogram.per, one),
    short: one }));
}

/**
 * What a figure draws: series, axes, and what it covers. `choices` has over, last, isRate, isLog, hasErrors, hidden and
 * references. Null if there is nothing yet.
 */
export function contentOf({ spec, view, model, value, choices, owner }) {
  if (spec.as === 'trend' || !view.histograms[spec.plot]) return trendContent(spec, view, model, value, choices, owner);
  const parts = seriesOf(spec, view, value)
    .map((part, i) => ({ ...part, color: i % COLORS, found: model.accumulate(part.name, choices) }))
    .filter(({ found }) => found);
  if (parts.length === 0) return null;
  const joined = joinNumbers(parts, view.histograms[spec.plot], spec);
  // All are drawn over one axis.
  const ordered = inOneOrder(parts.map(({ found }) => found.result));
  const shown = joined ?? parts.map((part, i) => ({ ...part, found: { ...part.found, result: ordered[i] } }));
  const { result, seconds, count, note } = shown[0].found;
  const hasMeans = isMean(result);
  const canRate = !hasMeans && result.form !== 'points';
  const isRate = choices.isRate && canRate;
  const factor = isRate ? 1 / (seconds || count) : 1;
  const visible = shown.filter(({ name }) => shown.length === 1 || !choices.hidden?.includes(name));
  const series = visible.map((part) => makeSeries(part, factor, isRate, choices));
  const entries = { label: 'entries', unit: isRate ? (seconds ? '/s' : '/window') : '' };
  const content = {
    owner, spec, form: result.form, isMean: hasMeans, isRate, canRate, covers: { seconds, count, note },
    parts: shown.map(({ found, name, label, short, color }) => ({ name, label, short, color,
      statistics: statistics(found.result), result: found.result })),
    series, x: axisOf(result.x, result.edges ?? result.xEdges ?? []),
    y: result.form === 'counts' ? entries : axisOf(result.y, result.yEdges ?? []), z: hasMeans ? result.z ?? axisOf(result.y, []) : entries,
    isLog: choices.isLog, hasErrors: choices.hasErrors, layout: spec.layout ? view.layouts?.[spec.layout] : null,
  };
  content.expectation = expectationOf(spec, content);
  content.full = fullDomain(content);
  return content;
}

function trendContent(spec, view, model, value, choices, owner) {
  const parts = seriesOf(spec, view, value)
    .map((part, i) => ({ ...part, color: i % COLORS, ...model.trend(part.name) }));
  const filled = parts.filter(({ positions }) => positions.length > 0);
  if (filled.length === 0) return null;
  const { isTime } = filled[0];
  const end = Math.max(...filled.map(({ positions }) => positions.at(-1)));
  const first = Math.min(...filled.map(({ positions }) => positions[0]));
  const step = model.status?.window_s || 1;
  const start = isTime ? end - spanOf(end - first, spec.last ?? Infinity) : first;
  const visible = filled.filter(({ name }) => filled.length === 1 || !choices.hidden?.includes(name));
  return {
    owner, spec, form: 'trend', isMean: false, isRate: true, canRate: false,
    covers: { seconds: null, count: filled[0].positions.length },
    parts: filled.map(({ name, label, short, color, values }) => ({ name, label, short, color, last: values.at(-1) })),
    series: visible, x: { label: isTime ? 'time' : 'window', unit: isTime ? 'UTC' : '', isTime, isWhole: true },
    y: { label: view.histograms[spec.plot] ? 'entries' : 'hits', unit: isTime ? '/s' : '/window' },
    isLog: choices.isLog, hasErrors: false, expectation: null, layout: null,
    step: isTime ? step : 1, full: { x: [start, Math.max(end, start + 1)] },
  };
}

/** How far a trend goes back: so far as there is something, in steps, so that its axis does not change all the time. */
function spanOf(length, longest) {
  const steps = [30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400, 28800, 43200, 86400];
  return Math.min(longest, steps.find((step) => step >= length) ?? length);
}

/** A histogram that is one number for each value is drawn over the values. */
function joinNumbers(parts, histogram, spec) {
  if (!['bars', 'steps', 'points'].includes(spec.as)) return null;
  if (parts.length < 2 || !parts.every(({ found }) => found.result.form === 'counts'
    && found.result.values.length === 1)) return null;
  const results = parts.map(({ found }) => found.result);
  const collect = (name) => (results[0][name] ? Float64Array.from(results, (result) => result[name][0]) : null);
  const result = {
    ...results[0], x: { label: histogram.per ?? '', unit: '', categories: parts.map(({ short }) => short) },
    edges: Float64Array.from({ length: parts.length + 1 }, (_, i) => i), values: collect('values'),
    variances: collect('variances'),
    rows: collect('rows'), under: total(results, 'under'), over: total(results, 'over'),
    unknown: total(results, 'unknown'),
  };
  return [{ name: spec.plot, label: '', color: 0, found: { ...parts[0].found, result } }];
}

function makeSeries({ name, label, color, found: { result } }, factor, isRate, choices) {
  if (result.form === 'points') return { name, label, color, xs: result.xs, ys: result.ys };
  if (result.xEdges) {
    const { xEdges, yEdges } = result;
    return { name, label, color, xEdges, yEdges, values: scaled(result.values, factor),
      errors: result.variances || result.errors ? scaled(errorsOf(result), factor) : null,
      isEven: isEven(xEdges) && isEven(yEdges) };
  }
  const frozen = choices.references?.[name];
  const reference = frozen && referenceIn(frozen, result);
  return {
    name, label, color, edges: result.edges, values: scaled(result.values, factor),
    errors: scaled(errorsOf(result), factor),
    reference: reference ? referenceOf(reference, result, isRate) : null,
  };
}

/** A frozen copy: as a rate where rates are shown, otherwise brought to as many entries as there are now. */
function referenceOf({ edges, values, errors, seconds, count }, result, isRate) {
  let factor = 1;
  if (result.form === 'counts') {
    const sum = (numbers) => numbers.reduce((whole, number) => whole + number, 0);
    factor = isRate ? 1 / (seconds || count) : sum(result.values) / sum(values) || 1;
  }
  return { edges, values: scaled(values, factor), errors: scaled(errors, factor) };
}

/** What is kept of a figure's series as reference. */
export function freeze(content) {
  const frozen = {};
  for (const { name, result } of content.parts) {
    if (!result?.edges) continue;
    const [values, errors] = [Array.from(result.values), Array.from(errorsOf(result))];
    const { unit, categories } = result.x;
    frozen[name] = { edges: Array.from(result.edges), unit, categories, values, errors, ...content.covers };
  }
  return frozen;
}

function expectationOf({ expect }, { form, series }) {
  if (expect?.kind !== 'flat' || form !== 'counts' || series.length !== 1) return null;
  return { within: expect.within, ...outOfFlat(series[0].values, series[0].errors, expect.within) };
}

function axisOf({ label, unit, categories }, edges) {
  const isWhole = edges.length > 1 && edges.every(Number.isInteger);
  // Bins of one without a unit are whole numbers: wires, counts.
  const isUnit = isWhole && !unit && edges[edges.length - 1] - edges[0] === edges.length - 1;
  return { label, unit, categories, isWhole, isUnit, isBinary: isUnit && (edges.length - 1) % 16 === 0,
    isLog: !categories && isLogarithmic(edges) };
}

/** Whether bins are as wide as each other on a logarithmic scale, over a factor of ten or more. */
function isLogarithmic(edges) {
  if (edges.length < 3 || !(edges[0] > 0) || edges[edges.length - 1] < 10 * edges[0]) return false;
  const factor = edges[1] / edges[0];
  return edges.every((edge, i) => i === 0 || Math.abs(edge / edges[i - 1] - factor) <= 1e-6 * factor);
}

function fullDomain({ series }) {
  if (series.length === 0) return { x: [0, 1] };
  const [{ edges, xEdges, yEdges }] = series;
  if (xEdges) return { x: ends(xEdges), y: ends(yEdges) };
  if (edges) return { x: ends(edges) };
  let [low, high] = [Infinity, -Infinity];
  for (const { xs } of series) {
    for (let i = 0; i < xs.length; i++) {
      if (xs[i] < low) low = xs[i];
      if (xs[i] > high) high = xs[i];
    }
  }
  return { x: low <= high ? [low, high > low ? high : low + 1] : [0, 1] };
}

function scaled(values, factor) {
  if (factor === 1) return values;
  const result = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) result[i] = values[i] * factor;
  return result;
}

function ends(edges) {
  return [edges[0], edges[edges.length - 1]];
}

const evenness = new WeakMap();

/** Whether all bins are of one width; edges are shared by windows, so that each is looked at once. */
function isEven(edges) {
  if (!evenness.has(edges)) {
    const width = (edges[edges.length - 1] - edges[0]) / (edges.length - 1);
    evenness.set(edges, edges.every((edge, i) => Math.abs(edge - edges[0] - i * width) < width * 1e-6));
  }
  return evenness.get(edges);
}

function total(results, name) {
  return results.reduce((whole, result) => whole + result[name], 0);
}
