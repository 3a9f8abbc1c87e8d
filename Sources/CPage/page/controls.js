// What the viewer chooses for all plots together.

import { icon, make, setAttribute, setText } from './dom.js';
import { coverageOf, windowText } from './coverage.js';
import { sumSeconds } from './window.js';

const LASTS = [2, 5, 10, 20, 50, 100];

export class Controls {
  element;
  #page;
  #over = {};
  #scale = {};
  #errors;
  #pause;
  #last;
  #time = make('time', { class: 'covers' });

  constructor(page) {
    this.#page = page;
    const choose = (changes) => page.choose(changes);
    const button = (label, title, click, content = label) => make('button', { type: 'button', title, click }, content);
    this.#over = {
      window: button('This window', 'Only the newest window (1)', () => choose({ over: 'window' })),
      last: button('Last', 'The sum of the last windows (2)', () => choose({ over: 'last' })),
      all: button('All', 'Everything since the run began (3)', () => choose({ over: 'all' })),
      reset: button('Since reset', 'Everything since your reset (4)', () => choose({ over: 'reset' })),
    };
    this.#last = make('select', { 'aria-label': 'How many windows',
      change: () => choose({ over: 'last', last: Number(this.#last.value) }) },
      ...LASTS.map((count) => make('option', { value: String(count) }, String(count))));
    this.#scale = {
      counts: button('Counts', 'Entries in each bin', () => choose({ isRate: false })),
      rate: button('Rate', 'Entries a second in each bin (C)', () => choose({ isRate: true })),
    };
    this.#errors = button('Errors', 'Error bars on all plots',
      () => choose({ hasErrors: !page.settings.page.hasErrors }));
    this.#pause = button('Pause', 'Stop the page, and look back (P)', () => page.history.toggle());
    const theme = make('button', { type: 'button', class: 'tool', title: 'Dark or light', 'aria-label': 'Dark or light',
      click: () => page.toggleTheme() }, icon('theme'));
    const help = make('button', { type: 'button', class: 'tool', title: 'Keys (?)', 'aria-label': 'Keys',
      click: () => page.help.showModal() }, icon('help'));
    const group = (label, ...children) => make('div', { class: 'segments', role: 'group', 'aria-label': label },
      ...children);
    this.element = make('div', { class: 'controls', role: 'toolbar', 'aria-label': 'Choices for all plots' },
      group('Show', this.#over.window, this.#over.last, this.#last, this.#over.all, this.#over.reset),
      button('Reset', 'Start counting from now on, in this browser only', () => page.reset()),
      group('Scale by', this.#scale.counts, this.#scale.rate), this.#errors, this.#pause,
      this.#time, make('span', { class: 'gap' }), theme, help);
  }

  update() {
    const { settings, model, history } = this.#page;
    const { over, last, isRate, hasErrors } = settings.page;
    const shown = over === 'reset' && !model.hasBaseline ? 'all' : over;
    for (const [name, button] of Object.entries(this.#over)) {
      setAttribute(button, 'aria-pressed', String(name === shown));
    }
    this.#over.reset.hidden = !model.baseline;
    if (this.#last.value !== String(last)) this.#last.value = String(last);
    setAttribute(this.#scale.counts, 'aria-pressed', String(!isRate));
    setAttribute(this.#scale.rate, 'aria-pressed', String(isRate));
    setAttribute(this.#errors, 'aria-pressed', String(hasErrors));
    setAttribute(this.#pause, 'aria-pressed', String(history.isOpen));
    this.#pause.hidden = history.isFinished;
    this.#showTime(shown, last);
  }

  /** What the numbers cover. Its machine-readable time is the end of the newest window shown. */
  #showTime(over, last) {
    const { model } = this.#page;
    const { windows } = model.frame;
    const newest = windows.at(-1);
    if (typeof newest?.end === 'string') setAttribute(this.#time, 'datetime', newest.end);
    setText(this.#time, over === 'window' ? windowText(newest)
      : coverageOf({ over }, { covers: this.#covers(over, last) }, model));
  }

  #covers(over, last) {
    const { windows, total } = this.#page.model.frame;
    if (over === 'last') {
      const chosen = windows.slice(-last);
      return { seconds: sumSeconds(chosen), count: chosen.length };
    }
    const { seconds = null, count = 0 } = total ?? {};
    if (over === 'all') return { seconds, count };
    const { baseline } = this.#page.model;
    return { seconds: seconds === null ? null : seconds - (baseline.seconds ?? 0), count: count - baseline.count };
  }
}
