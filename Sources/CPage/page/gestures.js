// Zoom, pan and the cursor by mouse, pen and finger.
//
// Drag: zoom in, in x, in y or in both. Shift and drag, drag on the axis, or one finger when zoomed: pan. Wheel with
// Ctrl, or in full screen: zoom about the cursor. Two fingers: zoom. Double click: all of it.

import { make } from './dom.js';

/** Drags shorter than this are none. */
const SHORT = 6;
/** Across the direction of a drag, so much shaking of the hand is not meant. */
const SHAKY = 14;

export class Gestures {
  #figure;
  #stage;
  #brush = make('div', { class: 'brush', hidden: true });
  #drag = null;
  #fingers = new Map();
  #pinch = null;

  constructor(figure) {
    this.#figure = figure;
    this.#stage = figure.stage;
    this.#stage.append(this.#brush);
    const listen = (name, handler, options) => this.#stage.addEventListener(name,
      (event) => figure.frame && handler(event), options);
    listen('pointerdown', (event) => this.#begin(event));
    listen('pointermove', (event) => this.#move(event));
    listen('pointerup', (event) => this.#end(event));
    listen('pointercancel', () => this.#stop());
    listen('pointerleave', (event) => event.pointerType === 'mouse' && !this.#drag && figure.setCursor(null));
    listen('dblclick', () => figure.panel.zoom(null));
    listen('wheel', (event) => this.#wheel(event), { passive: false });
  }

  get #canZoom() {
    return !this.#figure.plot.isBare;
  }

  #begin(event) {
    if (event.button !== 0) return;
    const [px, py] = this.#place(event);
    if (event.pointerType === 'touch') {
      this.#fingers.set(event.pointerId, [px, py]);
      if (this.#fingers.size === 2) return this.#beginPinch();
    }
    const { area } = this.#figure.frame;
    const isPan = event.shiftKey || py > area.bottom || event.pointerType === 'touch';
    this.#drag = { px, py, isPan, domain: this.#domains() };
    this.#stage.setPointerCapture(event.pointerId);
  }

  #move(event) {
    const [px, py] = this.#place(event);
    if (this.#fingers.has(event.pointerId)) this.#fingers.set(event.pointerId, [px, py]);
    if (this.#pinch) return this.#movePinch();
    if (!this.#drag || !this.#canZoom) return this.#figure.setCursor([px, py]);
    if (this.#drag.isPan) {
      if (this.#figure.panel.choices.zoom) this.#pan(px, py);
      else this.#figure.setCursor([px, py]);
      return;
    }
    this.#figure.setCursor(null);
    this.#showBrush(this.#box(px, py));
  }

  #end(event) {
    const [px, py] = this.#place(event);
    const drag = this.#drag;
    if (drag && !drag.isPan && this.#canZoom) {
      const { hasX, hasY, left, right, top, bottom } = this.#box(px, py);
      const { x, y } = this.#figure.frame;
      const zoom = { ...this.#figure.panel.choices.zoom };
      if (hasX) zoom.x = [x.invert(left), x.invert(right)];
      if (hasY) zoom.y = [y.invert(bottom), y.invert(top)];
      if (hasX || hasY) this.#figure.panel.zoom(zoom);
    }
    if (event.pointerType === 'touch' && this.#fingers.size < 2) this.#figure.setCursor([px, py]);
    this.#fingers.delete(event.pointerId);
    this.#stop();
  }

  #stop() {
    this.#drag = null;
    this.#pinch = null;
    if (this.#fingers.size > 1) this.#fingers.clear();
    this.#brush.hidden = true;
  }

  /** The corner points of a drag; along a direction in which it is short it covers the whole plot. */
  #box(px, py) {
    const { area } = this.#figure.frame;
    const { px: fromX, py: fromY } = this.#drag;
    const within = (value, low, high) => Math.min(high, Math.max(low, value));
    const [wide, tall] = [Math.abs(px - fromX), Math.abs(py - fromY)];
    const hasX = wide > SHORT && (wide > SHAKY || tall <= SHAKY);
    const hasY = tall > SHAKY;
    const ends = (has, from, to, low, high) => (has ? [Math.min(from, to), Math.max(from, to)] : [low, high])
      .map((one) => within(one, low, high));
    const [left, right] = ends(hasX, fromX, px, area.left, area.right);
    const [top, bottom] = ends(hasY, fromY, py, area.top, area.bottom);
    return { hasX, hasY, left, right, top, bottom };
  }

  #showBrush({ hasX, hasY, left, right, top, bottom }) {
    this.#brush.hidden = !hasX && !hasY;
    this.#brush.style.transform = `translate(${left}px, ${top}px)`;
    this.#brush.style.width = `${right - left}px`;
    this.#brush.style.height = `${bottom - top}px`;
  }

  #domains() {
    return { x: this.#figure.frame.x, y: this.#figure.frame.y };
  }

  #pan(px, py) {
    const { domain, px: fromX, py: fromY } = this.#drag;
    const { zoom } = this.#figure.panel.choices;
    const shifted = (scale, delta) => scale.range.map((pixel) => scale.invert(pixel - delta));
    const next = {};
    if (zoom.x) next.x = shifted(domain.x, px - fromX);
    if (zoom.y) next.y = shifted(domain.y, py - fromY);
    this.#figure.panel.zoom(next);
  }

  #wheel(event) {
    const isFull = document.fullscreenElement !== null;
    if (!this.#canZoom || !(event.ctrlKey || event.metaKey || isFull)) return;
    event.preventDefault();
    this.#figure.panel.zoomAbout(this.#figure, this.#place(event)[0], 1.0015 ** event.deltaY);
  }

  #beginPinch() {
    this.#drag = null;
    const [[a], [b]] = [...this.#fingers.values()];
    this.#pinch = { width: Math.max(20, Math.abs(a - b)), x: this.#figure.frame.x, middle: (a + b) / 2 };
  }

  #movePinch() {
    if (this.#fingers.size < 2 || !this.#canZoom) return;
    const [[a], [b]] = [...this.#fingers.values()];
    const { width, x, middle } = this.#pinch;
    const factor = width / Math.max(20, Math.abs(a - b));
    const center = (a + b) / 2;
    const domain = x.range.map((pixel) => x.invert(middle + (pixel - center) * factor));
    this.#figure.panel.zoom({ ...this.#figure.panel.choices.zoom, x: domain });
  }

  #place(event) {
    const { left, top } = this.#stage.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }
}
