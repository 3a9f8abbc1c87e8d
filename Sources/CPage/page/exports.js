// Files of what a panel shows.

import { coverageOf } from './coverage.js';
import { numbersOf } from './caption.js';
import { fileName } from './format.js';

/** A picture of the panel with its title and numbers, twice as sharp as the screen shows it at least. */
export function savePNG(panel) {
  const { page } = panel;
  const { em, theme } = page;
  const figures = drawn(panel);
  if (!figures.length) return;
  const pad = em * 1.2;
  const columns = Math.min(figures.length, Math.max(1, Math.round(panel.element.clientWidth / figures[0].size[0])));
  const [width, height] = [Math.max(...figures.map(({ size }) => size[0])),
    Math.max(...figures.map(({ size }) => size[1]))];
  const lines = Math.max(...figures.map(({ content }) => content.parts.length));
  const caption = em * 1.5 * (lines + (figures.length > 1 ? 1 : 0) + 0.3);
  const head = em * 4.4;
  const total = [pad * 2 + columns * width + (columns - 1) * pad,
    pad * 2 + head + Math.ceil(figures.length / columns) * (height + caption + pad) - pad];
  const scale = Math.max(2, devicePixelRatio);
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = total.map((length) => Math.ceil(length * scale));
  const context = canvas.getContext('2d');
  context.scale(scale, scale);
  context.fillStyle = theme.surface;
  context.fillRect(0, 0, ...total);
  const write = (text, x, y, color, size = em, weight = '') => {
    context.font = `${weight} ${size}px ${theme.font}`;
    context.fillStyle = color;
    context.textAlign = 'left';
    context.textBaseline = 'top';
    context.fillText(text, x, y);
  };
  write(panel.title, pad, pad, theme.text, em * 1.4, '600');
  write([page.view.pipeline, page.model.run, panel.coverage(figures[0].content)].filter(Boolean)
    .join(' \u00b7 '), pad, pad + em * 2, theme.muted);
  figures.forEach((figure, i) => {
    const left = pad + (i % columns) * (width + pad);
    let top = pad + head + Math.floor(i / columns) * (height + caption + pad);
    if (figure.label) write(figure.label, left, top, theme.text, em, '600');
    if (figures.length > 1) top += em * 1.5;
    for (const part of figure.content.parts) {
      const numbers = numbersOf(part, figure.content).map(([name, text]) => `${name} ${text}`).join('   ');
      if (part.label) {
        context.fillStyle = theme.series[part.color];
        context.fillRect(left, top + em * 0.2, em * 0.8, em * 0.8);
      }
      write([part.label, numbers].filter(Boolean).join('   '), left + (part.label ? em * 1.3 : 0), top, theme.muted);
      top += em * 1.5;
    }
    context.save();
    context.translate(left, pad + head + Math.floor(i / columns) * (height + caption + pad) + caption);
    figure.drawInto(context, theme);
    context.restore();
  });
  canvas.toBlob((blob) => save(blob, panel, 'png'), 'image/png');
}

/** The numbers that are shown, a line for each bin; with several figures, the first column names them. */
export function saveCSV(panel) {
  const figures = drawn(panel);
  const tables = figures.map((figure) => ({ label: figure.label, ...figure.plot.rows(figure.content) }));
  if (!tables.length) return;
  const isMany = tables.length > 1;
  const lines = [[...(isMany ? ['figure'] : []), ...tables[0].columns]];
  for (const { label, rows } of tables) for (const row of rows) lines.push([...(isMany ? [label] : []), ...row]);
  save(new Blob([lines.map((line) => line.map(cell).join(',') + '\r\n').join('')], { type: 'text/csv' }), panel, 'csv');
}

/** The same as JSON, with what it is and what it covers. */
export function saveJSON(panel) {
  const { page, spec, title } = panel;
  const figures = drawn(panel);
  if (!figures.length) return;
  const content = {
    schema: 'hitmon.figure/1', pipeline: page.view.pipeline, run: page.model.run, plot: spec.plot, as: spec.as, title,
    covers: { over: panel.choices.over, windows: figures[0].content.covers.count,
      seconds: figures[0].content.covers.seconds,
      text: coverageOf(panel.choices, figures[0].content, page.model) },
    figures: figures.map((figure) => ({
      label: figure.label, x: axis(figure.content.x), y: axis(figure.content.y),
      statistics: figure.content.parts.map(({ name, statistics }) => ({ name, ...statistics })),
      ...figure.plot.rows(figure.content),
    })),
  };
  save(new Blob([JSON.stringify(content, null, 1) + '\n'], { type: 'application/json' }), panel, 'json');
}

function drawn(panel) {
  // Those out of view have not been drawn for a while.
  for (const figure of panel.figures) figure.drawNow();
  return panel.figures.filter(({ content, frame }) => content && frame);
}

function axis({ label, unit, categories }) {
  return { label, unit, ...(categories ? { categories } : {}) };
}

function cell(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return '';
  const text = String(value);
  // A formula of a spreadsheet is text as well; numbers are numbers.
  const safe = typeof value === 'string' && /^[=+@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function save(blob, panel, extension) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = `${fileName(panel.page.view.pipeline, panel.spec.plot, panel.page.model.run)}.${extension}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
