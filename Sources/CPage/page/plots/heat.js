// A two-dimensional histogram as colours.

import { HEAT, heatScale } from '../colors.js';
import { number, unitOf } from '../format.js';
import { binAt, binText } from './binned.js';
import { colorExtent, drawColorBar } from './colorbar.js';

/** The image of a map's bins, kept with the map that it belongs to. */
const images = new WeakMap();

export const heat = {
  hasColorBar: true,
  ownsY: true,
  extent: (content) => colorExtent(content.series[0]?.values ?? [], content.isMean),
  back: (context, content, frame) => drawColorBar(context, frame),

  draw(context, content, frame) {
    const [series] = content.series;
    if (!series) return;
    const { x, y, z } = frame;
    const [columns, rows] = [series.xEdges.length - 1, series.yEdges.length - 1];
    const color = heatScale(z.domain, { isLog: z.isLog, isMean: content.isMean });
    if (!series.isEven) return drawBins(context, series, frame, color);
    const image = imageFor(content.owner, columns, rows);
    for (let j = 0; j < rows; j++) {
      // The first row of an image is its top.
      const line = (rows - 1 - j) * columns;
      for (let i = 0; i < columns; i++) {
        const place = color(series.values[i * rows + j]);
        image.words[line + i] = place < 0 ? 0 : HEAT.words[place];
      }
    }
    image.context.putImageData(image.data, 0, 0);
    context.imageSmoothingEnabled = false;
    const left = x(series.xEdges[0]);
    const top = y(series.yEdges[rows]);
    context.drawImage(image.canvas, left, top, x(series.xEdges[columns]) - left, y(series.yEdges[0]) - top);
  },

  read(content, { x, y }, px, py) {
    const [series] = content.series;
    if (!series) return null;
    const [column, row] = [binAt(series.xEdges, x.invert(px)), binAt(series.yEdges, y.invert(py))];
    if (column < 0 || row < 0) return null;
    const at = `${content.x.label} ${binText(content.x, series.xEdges, column)}, ${content.y.label} ${binText(content.y,
      series.yEdges, row)}`;
    const bin = column * (series.yEdges.length - 1) + row;
    const error = series.errors?.[bin] > 0 ? ` \u00b1 ${number(series.errors[bin], 3)}` : '';
    const place = (x(series.xEdges[column]) + x(series.xEdges[column + 1])) / 2;
    return { at, lines: [{ label: content.z.label, color: null, text: number(series.values[bin], 5) + error + unitOf(content.z) }],
      bin: column, place };
  },

  rows(content) {
    const [series] = content.series;
    const columns = [`${content.x.label} from`, `${content.x.label} to`, `${content.y.label} from`,
      `${content.y.label} to`, content.z.label, ...(series?.errors ? ['error'] : [])];
    const rows = [];
    const height = (series?.yEdges.length ?? 1) - 1;
    for (let i = 0; i + 1 < (series?.xEdges.length ?? 0); i++) {
      for (let j = 0; j < height; j++) {
        rows.push([series.xEdges[i], series.xEdges[i + 1], series.yEdges[j], series.yEdges[j + 1],
          series.values[i * height + j], ...(series.errors ? [series.errors[i * height + j]] : [])]);
      }
    }
    return { columns, rows };
  },
};

function drawBins(context, { xEdges, yEdges, values }, { x, y }, color) {
  const rows = yEdges.length - 1;
  for (let i = 0; i + 1 < xEdges.length; i++) {
    const [left, right] = [Math.round(x(xEdges[i])), Math.round(x(xEdges[i + 1]))];
    for (let j = 0; j < rows; j++) {
      const place = color(values[i * rows + j]);
      if (place < 0) continue;
      const top = Math.round(y(yEdges[j + 1]));
      context.fillStyle = HEAT.css[place];
      context.fillRect(left, top, right - left, Math.round(y(yEdges[j])) - top);
    }
  }
}

function imageFor(owner, columns, rows) {
  let image = images.get(owner);
  if (image?.canvas.width === columns && image.canvas.height === rows) return image;
  const canvas = new OffscreenCanvas(columns, rows);
  const context = canvas.getContext('2d');
  const data = context.createImageData(columns, rows);
  image = { canvas, context, data, words: new Uint32Array(data.data.buffer) };
  images.set(owner, image);
  return image;
}
