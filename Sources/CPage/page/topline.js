// The line at the top: which run this is, how it goes, and how old what is shown is.

import { make, setAttribute, setText } from './dom.js';
import { rate, span, whole } from './format.js';
import { paint } from './painter.js';
import { drawSparkline } from './sparkline.js';

/** Names, what they mean, and whether a number above zero deserves a look. */
const NUMBERS = [
  ['hits', 'Hits since the run began', false],
  ['rate', 'Hits a second in the newest window, and in those before', false],
  ['lag', 'How far the processing is behind what arrives', false],
  ['malformed', 'Rows that could not be decoded', true],
  ['unmapped', 'Hits that belong to no chamber', false],
  ['late', 'Rows that came after their window was published', true],
  ['age', 'Time since the newest window arrived', false],
];
/** The state, as it is called and as it looks without colour. */
export const STATES = {
  live: ['live', '\u25cf'], stalled: ['stalled', '\u26a0\ufe0e'], finished: ['finished', '\u25a0'],
  lost: ['lost', '\u2715'],
  gone: ['connection lost', '\u2715'], waiting: ['connecting', '\u2026'], past: ['looking back', '\u2016'],
};

export class TopLine {
  element;
  #title = make('h1', {}, 'hitmon');
  #run = make('p', { class: 'run' });
  #mark = make('span', { 'aria-hidden': 'true' });
  #word = make('span', {});
  #state;
  #cells = new Map();
  #spark = make('canvas', { class: 'spark', 'aria-hidden': 'true' });
  #page;

  constructor(page) {
    this.#page = page;
    this.#state = make('p', { class: 'state', role: 'status' }, this.#mark, this.#word);
    const entries = NUMBERS.map(([name, title]) => {
      const value = make('b', {}, '\u2013');
      const note = make('small', {}, '');
      const cell = make('dd', {}, value, note);
      if (name === 'rate') cell.append(this.#spark);
      const entry = make('div', { class: `number ${name}`, title }, make('dt', {}, name), cell);
      this.#cells.set(name, { value, note, entry });
      return entry;
    });
    this.element = make('div', { class: 'topline' }, make('div', { class: 'names' }, this.#title, this.#run),
      this.#state, make('dl', {}, ...entries));
  }

  draw() {
    const { status, theme } = this.#page;
    if (status) drawSparkline(this.#spark, status.rates ?? [], theme);
  }

  write() {
    const { view, status, state, age, model } = this.#page;
    setText(this.#title, view?.title || view?.pipeline || 'hitmon');
    setText(this.#run, view ? [view.pipeline, model.run ?? view.run].filter(Boolean).join(' \u00b7 ') : '');
    const [word, mark] = STATES[state];
    setText(this.#word, word);
    setText(this.#mark, mark);
    setAttribute(this.#state, 'data-state', state);
    if (!status) return;
    this.#set('hits', whole(status.hits));
    this.#set('rate', rate(status.rate), ' /s');
    this.#set('lag', status.lag_s === null || status.lag_s === undefined ? '\u2013' : span(status.lag_s));
    this.#set('malformed', whole(status.malformed));
    this.#set('unmapped', whole(status.unmapped), status.hits ? ` ${share(status.unmapped / status.hits)}` : '');
    this.#set('late', whole(status.late));
    this.#set('age', span(age === null ? null : Math.floor(age)).replace('0 ms', '0 s'));
    for (const [name, , isBad] of NUMBERS) if (isBad) this.#cells.get(name)
      .entry.classList.toggle('notable', status[name] > 0);
  }

  update() {
    paint(this);
  }

  #set(name, text, note = '') {
    const { value, note: small } = this.#cells.get(name);
    setText(value, text);
    setText(small, note);
  }
}

function share(part) {
  return part > 0 && part < 0.001 ? '<0.1\u202f%' : `${(part * 100).toFixed(1)}\u202f%`;
}
