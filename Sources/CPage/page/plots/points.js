// Points: those of a list, or the bins of a histogram or profile with their errors.

import { number } from '../format.js';
import { binRows, binnedExtent, binsIn, errorBars, readBins } from './binned.js';

export const points = {
  grid: 'both',

  extent(content, domain) {
    if (content.form !== 'points') return binnedExtent({ ...content, hasErrors: true }, domain);
    let [low, high, lowest] = [0, 0, Infinity];
    for (const { xs, ys } of content.series) {
      for (let i = 0; i < xs.length; i++) {
        if (xs[i] < domain[0] || xs[i] > domain[1]) continue;
        if (ys[i] > high) high = ys[i];
        if (ys[i] < low) low = ys[i];
        if (ys[i] > 0 && ys[i] < lowest) lowest = ys[i];
      }
    }
    return { low, high, lowest };
  },

  draw(context, content, frame) {
    for (const series of [...content.series].reverse()) {
      const color = frame.theme.series[series.color];
      if (content.form === 'points') scatter(context, series, content.series.length, frame, color);
      else markers(context, series, frame, color);
    }
  },

  read(content, frame, px, py) {
    if (content.form !== 'points') return readBins({ ...content, hasErrors: true }, frame, px);
    const { x, y } = frame;
    let best = null;
    for (const { xs, ys, label, color } of content.series) {
      for (let i = 0; i < xs.length; i++) {
        const distance = Math.hypot(x(xs[i]) - px, y(ys[i]) - py);
        if (distance < (best?.distance ?? 40)) best = { distance, label, color, x: xs[i], y: ys[i] };
      }
    }
    return best && {
      at: `${content.x.label} ${number(best.x, 12)}`, place: x(best.x),
      lines: [{ label: best.label || content.y.label, color: best.color, text: number(best.y, 5) }],
    };
  },

  rows(content) {
    if (content.form !== 'points') return binRows(content);
    const hasLabels = content.series.length > 1;
    const columns = [...(hasLabels ? ['series'] : []), content.x.label, content.y.label];
    const rows = content.series.flatMap(({ xs, ys, label }) =>
      Array.from(xs, (x, i) => [...(hasLabels ? [label] : []), x, ys[i]]));
    return { columns, rows };
  },
};

/** Points that would fall on one pixel are drawn once. Those of several series stand beside each other. */
function scatter(context, { xs, ys, color: index }, count, { x, y, area, em }, color) {
  const size = Math.max(2, Math.round(em * (xs.length > 2000 ? 0.2 : 0.3)));
  // Whole numbers would hide each other.
  const shift = count > 1 ? (index - (count - 1) / 2) * size : 0;
  const width = Math.ceil(area.right) + 1;
  const seen = new Uint8Array(width * (Math.ceil(area.bottom) + 2));
  context.fillStyle = color;
  context.globalAlpha = xs.length > 500 ? 0.75 : 1;
  for (let i = 0; i < xs.length; i++) {
    const left = Math.round(x(xs[i]));
    const top = Math.round(y(ys[i]) + shift);
    if (left < area.left || left > area.right || top < area.top || top > area.bottom) continue;
    if (seen[top * width + left]) continue;
    seen[top * width + left] = 1;
    context.fillRect(left - size / 2, top - size / 2, size, size);
  }
  context.globalAlpha = 1;
}

function markers(context, series, frame, color) {
  const { edges, values } = series;
  const bins = binsIn(edges, frame.x.domain);
  const size = Math.max(2, frame.em * 0.22);
  context.strokeStyle = color;
  context.fillStyle = color;
  context.lineWidth = 1;
  context.beginPath();
  errorBars(context, series, frame, bins);
  context.stroke();
  context.beginPath();
  for (let i = bins[0]; i < bins[1]; i++) {
    if (Number.isNaN(values[i])) continue;
    const middle = (frame.x(edges[i]) + frame.x(edges[i + 1])) / 2;
    const height = frame.y(values[i]);
    context.moveTo(middle + size, height);
    context.arc(middle, height, size, 0, 7);
  }
  context.fill();
}
