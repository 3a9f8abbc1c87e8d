// What plots of one-dimensional histograms share.

import { line } from '../axes.js';
import { number, whole } from '../format.js';

/** The first and the last bin of `edges` that lie in a domain, the latter not included. */
export function binsIn(edges, [low, high]) {
  let first = 0;
  let last = edges.length - 1;
  while (first < last - 1 && edges[first + 1] <= low) first++;
  while (last > first + 1 && edges[last - 1] >= high) last--;
  return [first, last];
}

/** The bin that holds x; -1 if none does. */
export function binAt(edges, x) {
  if (!(x >= edges[0]) || x >= edges[edges.length - 1]) return -1;
  let [low, high] = [0, edges.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (edges[middle] <= x) low = middle;
    else high = middle;
  }
  return low;
}

/** The extent of all series in a domain, with error bars where they are shown. */
export function binnedExtent(content, domain) {
  let [low, high, lowest] = [0, -Infinity, Infinity];
  let least = Infinity;
  for (const series of content.series) {
    const drawn = [series, ...(series.reference ? [series.reference] : [])];
    for (const { edges, values, errors } of drawn) {
      const [first, last] = binsIn(edges, domain);
      for (let i = first; i < last; i++) {
        const value = values[i];
        if (Number.isNaN(value)) continue;
        const error = content.hasErrors && !Number.isNaN(errors[i]) ? errors[i] : 0;
        if (value + error > high) high = value + error;
        if (value - error < least) least = value - error;
        if (value > 0 && value < lowest) lowest = value;
      }
    }
  }
  if (least < 0) low = least;
  if (content.isMean && least > 0 && Number.isFinite(least)) low = 0;
  return { low, high: Number.isFinite(high) ? high : 0, lowest };
}

/** A horizontal line from edge to edge at every bin's value. */
export function stepPath(context, { edges, values }, { x, y }, [first, last], bottom) {
  let isDown = true;
  for (let i = first; i < last; i++) {
    const value = values[i];
    if (Number.isNaN(value)) {
      isDown = true;
      continue;
    }
    const height = y(value);
    if (isDown && bottom !== null) context.moveTo(x(edges[i]), i === first ? bottom : height);
    else if (isDown) context.moveTo(x(edges[i]), height);
    isDown = false;
    context.lineTo(x(edges[i]), height);
    context.lineTo(x(edges[i + 1]), height);
  }
  if (bottom !== null && !isDown) context.lineTo(x(edges[last]), bottom);
}

/** Error bars in the middle of the bins. */
export function errorBars(context, { edges, values, errors }, { x, y, area }, [first, last]) {
  for (let i = first; i < last; i++) {
    if (!(errors[i] > 0) || Number.isNaN(values[i])) continue;
    const middle = Math.round((x(edges[i]) + x(edges[i + 1])) / 2) + 0.5;
    context.moveTo(middle, Math.max(area.top, y(values[i] + errors[i])));
    context.lineTo(middle, Math.min(area.bottom, y(values[i] - errors[i])));
  }
}

/** Series as they stand in a legend, under the cursor and in tables. */
export function readBins(content, { x }, px) {
  const position = x.invert(px);
  const first = content.series.find(({ edges }) => binAt(edges, position) >= 0);
  if (!first) return null;
  const bin = binAt(first.edges, position);
  const lines = content.series.map((series) => {
    const own = series.edges === first.edges ? bin : binAt(series.edges, position);
    return { label: series.label || content.y.label, color: series.color, text: own < 0 ? '\u2013'
      : valueText(series, own, content.hasErrors) };
  });
  for (const { reference } of content.series) {
    const own = reference ? binAt(reference.edges, position) : -1;
    if (own >= 0) lines.push({ label: 'reference', color: -1, text: valueText(reference, own, content.hasErrors) });
  }
  if (content.expectation?.bins.includes(bin)) lines.push({ label: '\u26a0 not flat', color: -2,
    text: outText(content, first, bin) });
  return { at: `${content.x.label || 'bin'} ${binText(content.x, first.edges, bin)}`, lines, bin,
    place: (x(first.edges[bin]) + x(first.edges[bin + 1])) / 2 };
}

/** A bin's name: a category, a whole number, or from where to where. */
export function binText(axis, edges, bin) {
  if (axis.categories) return String(axis.categories[bin]);
  const unit = axis.unit ? ` ${axis.unit}` : '';
  if (axis.isUnit) return whole(edges[bin]) + unit;
  return `${number(edges[bin], 6)} \u2013 ${number(edges[bin + 1], 6)}${unit}`;
}

/** Bins as a table. */
export function binRows(content) {
  const name = content.x.label || 'bin';
  const isNamed = content.x.categories || content.x.isUnit;
  const columns = isNamed ? [name] : [`${name} from`, `${name} to`];
  for (const { label } of content.series) columns.push(label || content.y.label, `${label ? label + ' ' : ''}error`);
  const [first] = content.series;
  const rows = [];
  for (let i = 0; i + 1 < (first?.edges.length ?? 0); i++) {
    const row = content.x.categories ? [content.x.categories[i]]
      : Array.from(first.edges.subarray(i, isNamed ? i + 1 : i + 2));
    for (const { values, errors } of content.series) row.push(values[i], errors[i]);
    rows.push(row);
  }
  return { columns, rows };
}

/** Bins that are not flat, marked so that colour is not needed to see them. */
export function markOut(context, content, frame, [first, last]) {
  const { expectation } = content;
  if (!expectation) return;
  const { x, y, area, theme, em } = frame;
  const [series] = content.series;
  context.fillStyle = theme.out;
  for (const bin of expectation.bins) {
    if (bin < first || bin >= last) continue;
    const left = Math.round(Math.max(area.left, x(series.edges[bin])));
    const right = Math.round(Math.min(area.right, x(series.edges[bin + 1])));
    const top = Math.max(area.top, Math.round(y(series.values[bin])));
    context.globalAlpha = 0.55;
    context.fillRect(left, top, Math.max(1, right - left), area.bottom - top);
    context.globalAlpha = 1;
    context.fillRect(left, Math.min(top, area.bottom - 2), Math.max(2, right - left), 2);
    // A triangle above the bin, and at the top edge where there is no room.
    const size = em * 0.42;
    const middle = (left + right) / 2;
    const tip = Math.max(area.top + 1.6 * size, top - 2);
    context.beginPath();
    context.moveTo(middle, tip);
    context.lineTo(middle - size, tip - 1.6 * size);
    context.lineTo(middle + size, tip - 1.6 * size);
    context.fill();
  }
}

/** The band in which bins are flat. */
export function drawBand(context, content, { y, area, theme }) {
  const { expectation } = content;
  if (!expectation) return;
  const { level, within } = expectation;
  const top = Math.max(area.top, y(level * (1 + within)));
  const bottom = Math.min(area.bottom, y(level * (1 - within)));
  context.fillStyle = theme.band;
  context.fillRect(area.left, top, area.right - area.left, Math.max(0, bottom - top));
  context.strokeStyle = theme.bandEdge;
  context.lineWidth = 1;
  context.setLineDash([2, 3]);
  context.beginPath();
  if (top > area.top) line(context, area.left, top, area.right, top);
  if (bottom < area.bottom) line(context, area.left, bottom, area.right, bottom);
  context.stroke();
  context.setLineDash([]);
}

function valueText({ values, errors }, bin, hasErrors) {
  const text = number(values[bin], 5);
  return hasErrors && errors[bin] > 0 ? `${text} \u00b1 ${number(errors[bin], 3)}` : text;
}

function outText({ expectation }, { values }, bin) {
  const share = (values[bin] / expectation.level - 1) * 100;
  return `${share > 0 ? '+' : '\u2212'}${Math.abs(share).toFixed(0)}\u202f%`;
}
