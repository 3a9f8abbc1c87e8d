// The bins of a histogram as cells where they are in the detector, in colours.

import { HEAT, heatScale } from '../colors.js';
import { number, unitOf } from '../format.js';
import { short } from '../ticks.js';
import { binText } from './binned.js';
import { colorExtent, drawColorBar } from './colorbar.js';

export const cells = {
  hasColorBar: true,
  isBare: true,
  extent: (content) => colorExtent(content.series[0]?.values ?? [], content.isMean),

  back(context, content, frame) {
    drawColorBar(context, frame);
    // Cells without a hit are there, but empty.
    context.fillStyle = frame.theme.empty;
    for (const [, left, top, width, height] of places(content, frame)) context.fillRect(left, top, width, height);
  },

  draw(context, content, frame) {
    const [series] = content.series;
    if (!series) return;
    const { z, theme, em } = frame;
    const color = heatScale(z.domain, { isLog: z.isLog, isMean: content.isMean });
    const out = new Set(content.expectation?.bins);
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.font = `${em}px ${theme.font}`;
    for (const [bin, left, top, width, height] of places(content, frame)) {
      const place = color(series.values[bin]);
      if (place >= 0) {
        context.fillStyle = HEAT.css[place];
        context.fillRect(left, top, width, height);
      }
      if (width > 2.7 * em && height > 1.4 * em) {
        context.fillStyle = place > 150 ? '#000' : place < 0 ? theme.muted : '#fff';
        context.fillText(short(series.values[bin]), left + width / 2, top + height / 2);
      }
      if (out.has(bin)) cross(context, theme.out, left, top, width, height);
    }
  },

  read(content, frame, px, py) {
    const [series] = content.series;
    for (const [bin, left, top, width, height] of places(content, frame)) {
      if (px < left || px > left + width || py < top || py > top + height) continue;
      const text = number(series?.values[bin], 5) + unitOf(content.z);
      return { at: `${content.x.label} ${binText(content.x, series.edges, bin)}`,
        lines: [{ label: content.z.label, color: null, text }], bin, place: left + width / 2 };
    }
    return null;
  },

  rows(content) {
    const [series] = content.series;
    const rows = (content.layout?.cells ?? [])
      .flatMap((cell, bin) => (cell && series ? [[binText(content.x, series.edges, bin), ...cell, series.values[bin]]]
      : []));
    return { columns: [content.x.label || 'cell', 'left', 'top', 'width', 'height', content.z.label], rows };
  },
};

/** Every cell: its bin, and where it is in the canvas. Cells keep their shape as far as they can. */
function* places({ layout, series }, { area }) {
  if (!layout) return;
  const across = (area.right - area.left) / layout.width;
  const down = Math.min((area.bottom - area.top) / layout.height, across * 6);
  const top = area.top + (area.bottom - area.top - down * layout.height) / 2;
  for (let bin = 0; bin < layout.cells.length && bin < (series[0]?.values.length ?? 0); bin++) {
    const cell = layout.cells[bin];
    if (!cell) continue;
    const [x, y, width, height] = cell;
    yield [bin, area.left + x * across + 0.5, top + y * down + 0.5, Math.max(1, width * across - 1),
      Math.max(1, height * down - 1)];
  }
}

function cross(context, color, left, top, width, height) {
  context.strokeStyle = color;
  context.lineWidth = 2;
  context.strokeRect(left + 1, top + 1, width - 2, height - 2);
  context.beginPath();
  context.moveTo(left + 1, top + 1);
  context.lineTo(left + width - 1, top + height - 1);
  context.stroke();
}
