// The bar at the side of a plot that says which colour is how much.

import { HEAT } from '../colors.js';
import { makeScale } from '../scale.js';
import { linearTicks, logTicks } from '../ticks.js';
import { line } from '../axes.js';

/** Draws it to the right of the area, for the values of `frame.z`. */
export function drawColorBar(context, { area, em, theme, z }) {
  const left = area.right + em * 0.8;
  const width = Math.round(em * 0.8);
  const scale = makeScale(z.isLog, z.domain, [area.bottom, area.top]);
  const height = area.bottom - area.top;
  for (let i = 0; i < 64; i++) {
    context.fillStyle = HEAT.css[i * 4 + 2];
    const top = area.bottom - ((i + 1) * height) / 64;
    context.fillRect(left, Math.floor(top), width, Math.ceil(height / 64) + 1);
  }
  const count = Math.max(2, height / (2.6 * em));
  const ticks = z.isLog ? logTicks(z.domain, count) : linearTicks(z.domain, count);
  context.font = `${em}px ${theme.font}`;
  context.fillStyle = theme.muted;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.strokeStyle = theme.axis;
  context.lineWidth = 1;
  context.beginPath();
  ticks.values.forEach((value, i) => {
    line(context, left + width, scale(value), left + width + em * 0.3, scale(value));
    context.fillText(ticks.labels[i], left + width + em * 0.5, scale(value));
  });
  context.stroke();
}

/** The extent of values as colours: what is empty does not count. That of means need not reach down to 0. */
export function colorExtent(values, isMean) {
  let [low, high, lowest] = [isMean ? Infinity : 0, -Infinity, Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value > high) high = value;
    if (value < low) low = value;
    if (value > 0 && value < lowest) lowest = value;
  }
  return { low, high: Number.isFinite(high) ? high : 0, lowest };
}
