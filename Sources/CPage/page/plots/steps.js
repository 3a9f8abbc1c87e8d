// A histogram as a line of steps; several on top of each other.

import { faint } from '../colors.js';
import { binRows, binnedExtent, binsIn, drawBand, errorBars, markOut, readBins, stepPath } from './binned.js';

export const steps = {
  grid: 'both',
  extent: binnedExtent,
  rows: binRows,
  read: readBins,

  back(context, content, frame) {
    drawBand(context, content, frame);
    for (const { reference } of content.series) {
      if (!reference) continue;
      const bins = binsIn(reference.edges, frame.x.domain);
      context.beginPath();
      stepPath(context, reference, frame, bins, frame.area.bottom);
      context.fillStyle = faint(frame.theme.reference, 0.22);
      context.fill();
      context.beginPath();
      stepPath(context, reference, frame, bins, null);
      context.strokeStyle = frame.theme.reference;
      context.setLineDash([4, 3]);
      context.stroke();
      context.setLineDash([]);
    }
  },

  draw(context, content, frame) {
    const { x, y, area, theme } = frame;
    const isAlone = content.series.length === 1;
    // Where they overlap, the first stays on top.
    for (const series of [...content.series].reverse()) {
      const bins = binsIn(series.edges, x.domain);
      const color = theme.series[series.color];
      if (isAlone && !content.isMean) {
        context.beginPath();
        stepPath(context, series, frame, bins, y.isLog ? area.bottom : y(0));
        context.fillStyle = faint(color, 0.2);
        context.fill();
      }
      context.beginPath();
      stepPath(context, series, frame, bins, null);
      context.strokeStyle = color;
      context.lineWidth = isAlone ? 1.5 : 1.25;
      context.lineJoin = 'miter';
      context.stroke();
      if (content.hasErrors) {
        context.beginPath();
        errorBars(context, series, frame, bins);
        context.lineWidth = 1;
        context.stroke();
      }
      if (isAlone) markOut(context, content, frame, bins);
    }
  },
};
