// A histogram as bars; several side by side.

import { faint } from '../colors.js';
import { binRows, binnedExtent, binsIn, drawBand, markOut, readBins } from './binned.js';

/** The share of a bin that its bars fill. */
const FILLED = 0.78;

export const bars = {
  grid: 'y',
  extent: binnedExtent,
  rows: binRows,
  read: readBins,

  back(context, content, frame) {
    drawBand(context, content, frame);
    content.series.forEach(({ reference }, i) => {
      if (!reference) return;
      context.fillStyle = faint(frame.theme.reference, 0.3);
      context.strokeStyle = frame.theme.reference;
      for (const [left, width, bin] of places(reference, content, i, frame)) {
        const top = frame.y(reference.values[bin]);
        context.fillRect(left - 2, top, width + 4, frame.area.bottom - top);
        context.strokeRect(Math.round(left) - 1.5, Math.round(top) + 0.5, Math.round(width) + 3,
          frame.area.bottom - top);
      }
    });
  },

  draw(context, content, frame) {
    const { x, y, area, theme } = frame;
    content.series.forEach((series, i) => {
      context.fillStyle = theme.series[series.color];
      const floor = y.isLog ? area.bottom : y(0);
      for (const [left, width, bin] of places(series, content, i, frame)) {
        const top = y(series.values[bin]);
        if (Number.isNaN(top)) continue;
        context.fillRect(left, Math.min(top, floor), width, Math.abs(floor - top));
      }
      if (content.hasErrors) {
        context.strokeStyle = theme.text;
        context.lineWidth = 1;
        context.beginPath();
        for (const [left, width, bin] of places(series, content, i, frame)) {
          if (!(series.errors[bin] > 0)) continue;
          const middle = Math.round(left + width / 2) + 0.5;
          context.moveTo(middle, Math.max(area.top, y(series.values[bin] + series.errors[bin])));
          context.lineTo(middle, Math.min(area.bottom, y(series.values[bin] - series.errors[bin])));
        }
        context.stroke();
      }
    });
    if (content.series.length === 1) markOut(context, content, frame, binsIn(content.series[0].edges, x.domain));
  },
};

/** Left side, width and bin of the bars of a series. */
function* places({ edges }, content, index, { x }) {
  const [first, last] = binsIn(edges, x.domain);
  for (let bin = first; bin < last; bin++) {
    const left = x(edges[bin]);
    const width = ((x(edges[bin + 1]) - left) * FILLED) / content.series.length;
    const margin = ((x(edges[bin + 1]) - left) * (1 - FILLED)) / 2;
    yield [left + margin + index * width, Math.max(1, width - (width > 6 && content.series.length > 1 ? 1 : 0)), bin];
  }
}
