// The frame of a plot: where it lies, its grid, ticks and labels.

import { axisLabel, whole } from './format.js';
import { linearTicks, logTicks, timeTicks } from './ticks.js';

/**
 * The area of the bins in a canvas of `width` and `height`; `em` is the size of the font. Margins never follow
 * numbers.
 */
export function plotArea(width, height, em, hasColorBar) {
  const left = Math.round(4.8 * em);
  const right = Math.round(width - (hasColorBar ? 5.7 : 1) * em);
  const top = Math.round(0.8 * em);
  const bottom = Math.round(height - 2.9 * em);
  return { left, top, right: Math.max(left + 10, right), bottom: Math.max(top + 10, bottom) };
}

/** Ticks of the horizontal axis. */
export function ticksOfX(axis, scale, area, em) {
  if (axis.categories) return categoryTicks(axis.categories, scale, area, em);
  const count = Math.max(2, (area.right - area.left) / (axis.isTime ? 6 * em : 5 * em));
  if (axis.isTime) return timeTicks(scale.domain, count);
  if (scale.isLog) return logTicks(scale.domain, count);
  return axis.isUnit ? inTheMiddle(linearTicks(scale.domain, count, axis), scale)
    : linearTicks(scale.domain, count, axis);
}

/** Ticks of the vertical axis. */
export function ticksOfY(axis, scale, area, em) {
  const count = Math.max(2, (area.bottom - area.top) / ((scale.isLog ? 1.8 : 2.6) * em));
  return scale.isLog ? logTicks(scale.domain, count) : linearTicks(scale.domain, count, axis);
}

/** Draws grid, axes, ticks and labels. */
export function drawAxes(context, { x, y, xAxis, yAxis, area, em, theme, hasGrid }) {
  const xTicks = ticksOfX(xAxis, x, area, em);
  const yTicks = ticksOfY(yAxis, y, area, em);
  context.lineWidth = 1;
  if (hasGrid) {
    context.strokeStyle = theme.grid;
    context.beginPath();
    for (const value of yTicks.values) line(context, area.left, y(value), area.right, y(value));
    if (hasGrid === 'both') for (const value of xTicks.values) line(context, x(value), area.top, x(value), area.bottom);
    context.stroke();
  }
  context.strokeStyle = theme.axis;
  context.beginPath();
  line(context, area.left, area.top, area.left, area.bottom);
  line(context, area.left, area.bottom, area.right, area.bottom);
  const tick = Math.round(em * 0.35);
  if (!xAxis.categories) {
    for (const value of xTicks.values) line(context, x(value), area.bottom, x(value), area.bottom + tick);
    for (const value of xTicks.minor ?? []) line(context, x(value), area.bottom, x(value), area.bottom + tick / 2);
  }
  for (const value of yTicks.values) line(context, area.left - tick, y(value), area.left, y(value));
  for (const value of yTicks.minor ?? []) line(context, area.left - tick / 2, y(value), area.left, y(value));
  context.stroke();

  context.font = `${em}px ${theme.font}`;
  context.fillStyle = theme.muted;
  context.textBaseline = 'top';
  context.textAlign = 'center';
  xTicks.values.forEach((value, i) => {
    const text = xTicks.labels[i];
    const half = context.measureText(text).width / 2;
    // The outermost do not leave the canvas.
    const place = Math.min(x(value), area.right + em * 0.8 - half);
    context.fillText(text, place, area.bottom + tick + em * 0.15);
  });
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  yTicks.values.forEach((value, i) => context.fillText(yTicks.labels[i], area.left - tick - em * 0.25, y(value)));

  context.fillStyle = theme.text;
  context.textBaseline = 'bottom';
  context.textAlign = 'right';
  const bottom = area.bottom + 2.85 * em;
  context.fillText(fitted(context, withOffset(xAxis, xTicks.offset), area.right - area.left), area.right, bottom);
  const label = fitted(context, withOffset(yAxis, yTicks.offset), area.bottom - area.top);
  if (!label) return;
  context.save();
  context.translate(em * 0.1, area.top);
  context.rotate(-Math.PI / 2);
  context.textBaseline = 'top';
  context.fillText(label, 0, 0);
  context.restore();
}

/** A line along the middle of pixels, so that it is sharp. */
export function line(context, x1, y1, x2, y2) {
  context.moveTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
  context.lineTo(Math.round(x2) + 0.5, Math.round(y2) + 0.5);
}

/** As much of a text as there is room for. */
export function fitted(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  let length = text.length;
  while (length > 1 && context.measureText(text.slice(0, length) + '\u2026').width > room) length--;
  return length > 3 ? text.slice(0, length) + '\u2026' : '';
}

function withOffset(axis, offset) {
  const label = axisLabel(axis);
  return offset ? `${label} \u2212 ${whole(offset)}` : label;
}

/** The bin of a whole number goes from it to the next; its tick stands in its middle. */
function inTheMiddle({ values, labels, offset }, scale) {
  const kept = values.map((value, i) => [value + 0.5, labels[i]]).filter(([value]) => value <= scale.domain[1]);
  return { values: kept.map(([value]) => value), labels: kept.map(([, label]) => label), offset };
}

/** Names stand in the middle of their bins; where there is no room for all, for some. */
function categoryTicks(categories, scale, area, em) {
  const width = Math.abs(scale(1) - scale(0));
  const longest = categories.reduce((most, name) => Math.max(most, String(name).length), 1);
  const stride = Math.max(1, Math.ceil((longest * em * 0.62 + em * 0.5) / width));
  const shown = categories.map((name, i) => [i, String(name)]).filter(([i]) => i % stride === 0);
  const inside = shown.filter(([i]) => i + 0.5 >= scale.domain[0] && i + 0.5 <= scale.domain[1]);
  return { values: inside.map(([i]) => i + 0.5), labels: inside.map(([, name]) => name), offset: 0 };
}
