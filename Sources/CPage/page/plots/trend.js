// Entries a second, or a window, against time.

import { faint } from '../colors.js';
import { number, timeOfDay, whole } from '../format.js';

export const trend = {
  grid: 'both',

  extent(content, [low, high]) {
    let [highest, lowest] = [0, Infinity];
    for (const { positions, values } of content.series) {
      for (let i = 0; i < values.length; i++) {
        if (positions[i] < low || positions[i] > high) continue;
        if (values[i] > highest) highest = values[i];
        if (values[i] > 0 && values[i] < lowest) lowest = values[i];
      }
    }
    return { low: 0, high: highest, lowest };
  },

  draw(context, content, { x, y, area, theme, em }) {
    const isAlone = content.series.length === 1;
    for (const { positions, values, color } of [...content.series].reverse()) {
      const path = () => {
        context.beginPath();
        let last = null;
        for (let i = 0; i < values.length; i++) {
          if (positions[i + 1] < x.domain[0]) continue;
          // Nothing is drawn over a time without windows.
          const isGap = last === null || positions[i] - positions[last] > 4 * content.step;
          if (isGap) context.moveTo(x(positions[i]), y(values[i]));
          else context.lineTo(x(positions[i]), y(values[i]));
          last = i;
        }
      };
      context.strokeStyle = theme.series[color];
      context.lineWidth = 1.5;
      context.lineJoin = 'round';
      path();
      context.stroke();
      if (isAlone && values.length > 1) {
        const first = Math.max(0, positions.findIndex((position) => position >= x.domain[0]) - 1);
        context.lineTo(x(positions[values.length - 1]), area.bottom);
        context.lineTo(x(positions[first]), area.bottom);
        context.fillStyle = faint(theme.series[color], 0.14);
        context.fill();
      }
      const end = values.length - 1;
      if (end >= 0) {
        context.beginPath();
        context.arc(x(positions[end]), y(values[end]), em * 0.22, 0, 7);
        context.fillStyle = theme.series[color];
        context.fill();
      }
    }
  },

  read(content, { x }, px) {
    const position = x.invert(px);
    const [first] = content.series;
    if (!first || first.positions.length === 0) return null;
    const bin = nearest(first.positions, position);
    const lines = content.series.map(({ label, color, positions, values }) => {
      const own = nearest(positions, first.positions[bin]);
      return { label: label || content.y.label, color, text: own < 0 ? '\u2013' : `${number(values[own], 4)} ${content.y.unit}` };
    });
    return { at: nameOf(content, first.positions[bin]), lines, bin, place: x(first.positions[bin]) };
  },

  rows(content) {
    const columns = [content.x.isTime ? 'time (UTC)' : content.x.label,
      ...content.series.map(({ label }) => label || content.y.label)];
    const [first] = content.series;
    const rows = (first?.positions ?? []).map((position, i) => [
      content.x.isTime ? new Date(position * 1000).toISOString() : position,
      ...content.series.map(({ positions, values }) => (positions[i] === position ? values[i]
        : values[positions.indexOf(position)] ?? null)),
    ]);
    return { columns, rows };
  },
};

function nameOf(content, position) {
  return content.x.isTime ? `${timeOfDay(position)} UTC` : `${content.x.label} ${whole(position)}`;
}

function nearest(positions, wanted) {
  let best = -1;
  for (let i = 0; i < positions.length; i++) {
    if (best < 0 || Math.abs(positions[i] - wanted) <= Math.abs(positions[best] - wanted)) best = i;
  }
  return best;
}
