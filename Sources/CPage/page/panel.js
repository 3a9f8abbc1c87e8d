// A panel: its title, its buttons, and its figures, which share the viewer's choices.

import { figuresOf, freeze, seriesOf } from './content.js';
import { icon, make, setText } from './dom.js';
import { Figure } from './figure.js';
import { timeOfDay } from './format.js';
import { noteMenu, openMenu } from './menu.js';
import { RATE } from './model.js';
import { coverageOf } from './coverage.js';

export class Panel {
  figures = [];
  element;
  isTable = false;
  page;
  spec;
  id;
  title;
  #figureKey = '';
  #description = make('p', { class: 'description' });
  #note = make('span', { class: 'note' });
  #figureBox = make('div', { class: 'figures' });
  #buttons;

  constructor(page, spec, id) {
    this.page = page;
    this.spec = spec;
    this.id = id;
    this.title = spec.title || page.view.histograms[spec.plot]?.title || (spec.plot === RATE ? 'Hit rate' : spec.plot);
    const button = (name, label, click, content) =>
      make('button', { type: 'button', class: `tool ${name}`, 'aria-label': label, title: label, click }, content);
    this.#buttons = {
      back: button('back', 'Show all of it again (0)', () => this.zoom(null), icon('back')),
      log: button('log', 'Logarithmic (L)', () => this.choose({ isLog: !this.choices.isLog }), 'log'),
      more: button('more', `More for ${this.title}`, () => this.openMenu(), icon('more')),
      full: button('full', 'Full screen (F)', () => this.toggleFull(), icon('full')),
    };
    this.#buttons.more.addEventListener('pointerdown', () => noteMenu(this));
    this.#buttons.more.setAttribute('aria-haspopup', 'dialog');
    const heading = make('h2', { id: `panel-${id}` }, this.title);
    const text = make('div', { class: 'heading' }, heading, this.#description);
    this.element = make('section', { class: `panel as-${spec.as}`, 'aria-labelledby': heading.id },
      make('header', {}, text, this.#note, make('div', { class: 'tools' }, ...Object.values(this.#buttons))),
      this.#figureBox);
    this.element.panel = this;
    setText(this.#description, spec.description || '');
    this.refresh();
  }

  /** What holds for this panel: the page's choices, and its own. */
  get choices() {
    const { over, last, isRate, hasErrors } = this.page.settings.page;
    const own = this.page.settings.panel(this.id);
    const choices = { over, last, isRate, hasErrors, isLog: this.spec.scale === 'log', ...own };
    if (choices.over === 'reset' && !this.page.model.hasBaseline) choices.over = 'all';
    return choices;
  }

  /** Figures for the values that there are, which can become more. */
  refresh() {
    const wanted = figuresOf(this.spec, this.page.view);
    const key = JSON.stringify(wanted);
    if (key === this.#figureKey) return;
    this.#figureKey = key;
    for (const figure of this.figures) figure.remove();
    this.figures = wanted.map((one) => new Figure(this, one));
    this.#figureBox.replaceChildren(...this.figures.map(({ element }) => element));
    this.#figureBox.classList.toggle('many', wanted.length > 1);
    this.element.style.setProperty('--figures', wanted.length);
    this.#showChoices();
  }

  /** The names of all histograms in it. */
  get names() {
    return this.figures.flatMap(({ value }) => seriesOf(this.spec, this.page.view, value).map(({ name }) => name));
  }

  update() {
    for (const figure of this.figures) figure.update();
  }

  restyle() {
    for (const figure of this.figures) figure.restyle();
  }

  remove() {
    for (const figure of this.figures) figure.remove();
    this.element.remove();
  }

  /** Changes the viewer's choices for this panel; undefined takes one back. */
  choose(changes) {
    const own = this.page.settings.panel(this.id);
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined || value === null) delete own[name];
      else own[name] = value;
    }
    this.page.settings.save();
    this.#showChoices();
    this.restyle();
  }

  /** Shows a part: {x, y}, either may be missing; null shows all. */
  zoom(zoom) {
    const sane = ([low, high]) => Number.isFinite(low) && Number.isFinite(high) && high > low;
    const kept = Object.entries(zoom ?? {}).filter(([, domain]) => domain && sane(domain));
    this.choose({ zoom: kept.length
      ? Object.fromEntries(kept.map(([name, domain]) => [name, this.#limited(name, domain)])) : null });
  }

  /** Zooms in x by a factor about a pixel of a figure. */
  zoomAbout(figure, px, factor) {
    if (!figure.frame || figure.plot.isBare) return;
    const { x } = figure.frame;
    const domain = x.range.map((pixel) => x.invert(px + (pixel - px) * factor));
    const [low, high] = figure.content.full.x;
    const isAll = domain[1] - domain[0] >= high - low;
    this.zoom({ ...this.choices.zoom, x: isAll ? null : domain });
  }

  /** Moves what is shown by a share of its width. */
  pan(figure, share) {
    const { zoom } = this.choices;
    if (!zoom?.x) return;
    const { x } = figure.frame;
    const delta = (x.range[1] - x.range[0]) * share;
    this.zoom({ ...zoom, x: x.range.map((pixel) => x.invert(pixel + delta)) });
  }

  toggleSeries(name) {
    const hidden = this.choices.hidden ?? [];
    const next = hidden.includes(name) ? hidden.filter((one) => one !== name) : [...hidden, name];
    this.choose({ hidden: next.length ? next : null });
  }

  /** Keeps what is shown as reference, drawn behind from now on; or takes it away. */
  toggleReference() {
    if (this.choices.references) return this.choose({ references: null, referenceStamp: null });
    const references = Object.assign({}, ...this.figures.filter(({ content }) => content)
      .map(({ content }) => freeze(content)));
    if (Object.keys(references).length) this.choose({ references, referenceStamp: timeOfDay(Date.now() / 1000) });
  }

  toggleTable() {
    this.isTable = !this.isTable;
    for (const figure of this.figures) figure.setTable(this.isTable);
  }

  openMenu() {
    openMenu(this, this.#buttons.more);
  }

  get isFull() {
    return document.fullscreenElement === this.element;
  }

  toggleFull() {
    if (this.isFull) document.exitFullscreen();
    else this.element.requestFullscreen?.().catch(() => this.page.say('Full screen is not allowed here'));
  }

  /** What the numbers of a figure cover, in words. */
  coverage(content) {
    return coverageOf(this.choices, content, this.page.model);
  }

  #showChoices() {
    const { isLog, zoom, referenceStamp } = this.choices;
    const own = this.page.settings.panel(this.id);
    this.#buttons.log.setAttribute('aria-pressed', String(isLog));
    this.#buttons.back.hidden = !zoom;
    const names = { window: 'this window', last: `last ${this.choices.last}`, all: 'all', reset: 'since reset' };
    const notes = [own.over && names[this.choices.over], own.isRate !== undefined && (own.isRate ? 'rate' : 'counts'),
      referenceStamp && `reference ${referenceStamp} UTC`];
    setText(this.#note, notes.filter(Boolean).join(' \u00b7 '));
  }

  /** As much as there is, and not less than a ten-thousandth of it. */
  #limited(name, [low, high]) {
    const full = this.figures.find(({ content }) => content)?.content.full[name];
    if (!full || (name === 'x' && this.spec.as === 'trend')) return [low, high];
    const width = Math.min(full[1] - full[0], Math.max(high - low, (full[1] - full[0]) * 1e-4));
    const start = Math.min(Math.max(low, full[0]), full[1] - width);
    return [start, start + width];
  }
}
