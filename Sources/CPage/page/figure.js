// One plot: two canvases, of which the one with axes is drawn only when they change, and a caption.

import { drawAxes, plotArea } from './axes.js';
import { Caption, numbersOf } from './caption.js';
import { contentOf } from './content.js';
import { make, setAttribute } from './dom.js';
import { Gestures } from './gestures.js';
import { paint, unwatch, watch } from './painter.js';
import { PLOTS } from './plots/index.js';
import { hideReading, showReading } from './readout.js';
import { makeScale, steadyBottom, steadyDecades, steadySpan, steadyTop } from './scale.js';
import { DataTable } from './table.js';

export class Figure {
  content = null;
  frame = null;
  panel;
  value;
  label;
  element;
  stage;

  #plot;
  #back = make('canvas', { 'aria-hidden': 'true' });
  #front = make('canvas', { 'aria-hidden': 'true' });
  #empty = make('p', { class: 'empty', hidden: true }, 'no data yet');
  #caption = new Caption((name) => this.panel.toggleSeries(name));
  #table = null;
  #size = [0, 0];
  #isVisible = false;
  #isDirty = true;
  #axes = { top: null, bottom: null, decades: null, span: null, key: '' };
  #backKey = '';
  #cursor = null;

  constructor(panel, { value, label }) {
    this.panel = panel;
    this.value = value;
    this.label = label;
    this.#plot = Object.hasOwn(PLOTS, panel.spec.as) ? PLOTS[panel.spec.as] : PLOTS.steps;
    this.stage = make('div', { class: 'stage' }, this.#back, this.#front, this.#empty);
    this.element = make('figure', {
      tabIndex: 0, role: 'group', 'aria-label': this.#name, 'aria-keyshortcuts': 'ArrowLeft ArrowRight + - 0 L E R T F',
      blur: () => this.setCursor(null),
    }, this.#caption.element, this.stage);
    this.element.figure = this;
    new Gestures(this);
    watch(this.stage, this);
  }

  get plot() {
    return this.#plot;
  }

  get #name() {
    return [this.panel.title, this.label].filter(Boolean).join(', ');
  }

  /** Something changed: it is drawn in the next frame, or when it comes into view. */
  update() {
    this.#isDirty = true;
    if (this.#isVisible) paint(this);
  }

  /** Colours, or the font, changed. */
  restyle() {
    this.#backKey = '';
    this.update();
  }

  setVisible(isVisible) {
    this.#isVisible = isVisible;
    if (isVisible && this.#isDirty) paint(this);
  }

  setSize(width, height) {
    this.#size = [Math.round(width), Math.round(height)];
    this.restyle();
  }

  remove() {
    unwatch(this.stage);
    hideReading(this.stage);
    this.element.remove();
  }

  /** Reads at a place of the stage, or stops with null. */
  setCursor(place) {
    this.#cursor = place;
    if (place === null || !this.content) hideReading(this.stage);
    else this.#read();
  }

  get cursorX() {
    return this.#cursor?.[0] ?? null;
  }

  /** Moves the cursor by bins. */
  stepCursor(count) {
    if (!this.frame) return;
    const { area, x } = this.frame;
    const [first] = this.content.series;
    const edges = first?.edges ?? first?.xEdges;
    const width = edges ? Math.max(1, Math.abs(x(edges[1]) - x(edges[0]))) : (area.right - area.left) / 100;
    const from = this.#cursor?.[0] ?? (count > 0 ? area.left - width / 2 : area.right + width / 2);
    const to = Math.min(area.right - 0.5, Math.max(area.left + 0.5, from + count * width));
    this.setCursor([to, this.#cursor?.[1] ?? (area.top + area.bottom) / 2]);
  }

  setTable(isShown) {
    if (isShown === (this.#table !== null)) return;
    this.#table?.element.remove();
    this.#table = isShown ? new DataTable(this.#name) : null;
    if (this.#table) this.element.append(this.#table.element);
    this.update();
  }

  draw() {
    if (this.#isVisible) this.#drawNow();
  }

  /** Says in words and numbers what is drawn. */
  write() {
    if (!this.#isVisible) return;
    this.#empty.hidden = this.content !== null;
    if (this.content) this.#writeNow();
  }

  /** Draws it, in view or not. */
  drawNow() {
    this.#drawNow();
    if (this.content) this.#writeNow();
  }

  #drawNow() {
    const [width, height] = this.#size;
    if (width < 30 || height < 30) return;
    this.#isDirty = false;
    const { spec, page } = this.panel;
    const { view, model, theme } = page;
    // Read from further away.
    const em = page.em * (this.panel.isFull ? 1.3 : 1);
    const choices = this.panel.choices;
    this.content = contentOf({ spec, view, model, value: this.value, choices, owner: this });
    if (!this.content) return;
    this.frame = this.#makeFrame(width, height, em, theme);
    this.#drawBack(width, height);
    const { area } = this.frame;
    // No larger than what is drawn: every pixel of it is copied at every update.
    const context = resized(this.#front, area.right - area.left + 2, area.bottom - area.top + 2, area.left,
      area.top - 1);
    clipped(context, this.frame.area, this.#plot.isBare, () => this.#plot.draw(context, this.content, this.frame));
  }

  #writeNow() {
    this.#caption.update(this.label, this.content, this.panel.choices.hidden);
    this.#describe();
    this.#table?.update(this.#plot.rows(this.content));
    if (this.#cursor) this.#read();
  }

  /** Draws the whole plot into another canvas, as it is now. */
  drawInto(context, theme) {
    const frame = { ...this.frame, theme };
    this.#drawBehind(context, frame);
    clipped(context, frame.area, this.#plot.isBare, () => this.#plot.draw(context, this.content, frame));
  }

  get size() {
    return this.#size;
  }

  #makeFrame(width, height, em, theme) {
    const content = this.content;
    const area = plotArea(width, height, em, this.#plot.hasColorBar);
    if (this.#plot.isBare) area.left = Math.round(em * 0.6);
    if (this.#plot.isBare) area.bottom = height - Math.round(em * 0.8);
    const zoom = this.panel.choices.zoom ?? {};
    const xDomain = zoom.x ?? content.full.x;
    const x = makeScale(content.x.isLog && xDomain[0] > 0, xDomain, [area.left, area.right]);
    const extent = this.#plot.extent(content, xDomain);
    const range = this.#range(extent, content);
    const frame = { area, em, theme, x };
    if (this.#plot.hasColorBar) frame.z = { domain: range, isLog: content.isLog };
    const yDomain = this.#plot.ownsY ? zoom.y ?? content.full.y : zoom.y ?? range;
    frame.y = this.#plot.ownsY
      ? makeScale(content.y.isLog && yDomain[0] > 0, yDomain, [area.bottom, area.top])
      : makeScale(content.isLog && !this.#plot.isBare && yDomain[0] > 0, yDomain, [area.bottom, area.top]);
    return frame;
  }

  /** The ends of the values, which move only when they must. */
  #range({ low, high, lowest }, content) {
    const { over, isRate } = this.panel.choices;
    const zoom = this.panel.choices.zoom?.x;
    const key = `${over} ${isRate} ${content.isLog} ${zoom}`;
    const axes = this.#axes.key === key ? this.#axes : { top: null, bottom: null, decades: null, span: null, key };
    this.#axes = axes;
    if (content.isLog) return (axes.decades = steadyDecades(Number.isFinite(lowest) ? lowest : 1, high, axes.decades));
    // Colours tell means apart only where they do not begin at 0.
    if (content.isMean && this.#plot.hasColorBar) return (axes.span = steadySpan(low, high, axes.span));
    axes.top = high > 0 || low >= 0 ? steadyTop(high, axes.top) : 0;
    axes.bottom = steadyBottom(low, axes.bottom);
    return [axes.bottom, axes.top];
  }

  #drawBack(width, height) {
    const { x, y, z, area } = this.frame;
    const { content } = this;
    const ratio = devicePixelRatio;
    const parts = [width, height, ratio, x.domain, y.domain, y.isLog, z?.domain, z?.isLog, content.x, content.y,
      area.left, this.panel.choices.referenceStamp];
    // What is drawn behind and follows the numbers.
    const expected = content.expectation && [content.expectation.level, content.expectation.within];
    const scaling = this.panel.choices.references ? content.covers : null;
    const key = JSON.stringify([parts, expected, scaling, content.layout ? content.series.length : 0]);
    if (key === this.#backKey) return;
    this.#backKey = key;
    this.#drawBehind(resized(this.#back, width, height), this.frame);
  }

  #drawBehind(context, frame) {
    const { content } = this;
    clipped(context, frame.area, true, () => this.#plot.back?.(context, content, frame));
    if (this.#plot.isBare) return;
    drawAxes(context, { ...frame, xAxis: content.x, yAxis: content.y, hasGrid: this.#plot.grid });
  }

  #read() {
    const [px, py] = this.#cursor;
    const reading = this.#plot.read(this.content, this.frame, px, py);
    showReading(this.stage, reading, this.frame.area, py);
    const said = reading && [reading.at, ...reading.lines.map(({ label, text }) => `${label} ${text}`)].join(', ');
    if (document.activeElement === this.element && said) this.panel.page.say(said);
  }

  #describe() {
    const { content } = this;
    const parts = content.parts.map((part) => [part.label, ...numbersOf(part, content)
      .map(([name, text]) => `${name} ${text}`)].filter(Boolean).join(' '));
    const out = content.expectation?.bins.length;
    const expected = content.expectation ? (out ? `${out} bins are not flat` : 'flat as expected') : '';
    setAttribute(this.element, 'aria-label',
      [this.#name, this.panel.coverage(content), ...parts, expected].filter(Boolean).join('; '));
  }
}

/** The context of a canvas with as many pixels as the screen has there, cleared. */
function resized(canvas, width, height, left = 0, top = 0) {
  const ratio = devicePixelRatio;
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
  const context = canvas.getContext('2d');
  if (canvas.width !== across || canvas.height !== down) {
    canvas.width = across;
    canvas.height = down;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  if (canvas.style.translate !== `${left}px ${top}px`) canvas.style.translate = `${left}px ${top}px`;
  context.setTransform(ratio, 0, 0, ratio, -left * ratio, -top * ratio);
  context.clearRect(left, top, width, height);
  return context;
}

function clipped(context, { left, top, right, bottom }, isFree, draw) {
  context.save();
  if (!isFree) {
    context.beginPath();
    context.rect(left + 1, top - 1, right - left, bottom - top + 1);
    context.clip();
  }
  draw();
  context.restore();
}
