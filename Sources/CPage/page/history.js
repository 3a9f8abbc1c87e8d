// Looking back: a slider over the windows of a run, of one that has finished or that goes on behind.

import { icon, make, setText } from './dom.js';
import { windowText } from './coverage.js';
import { readWindow } from './window.js';

/** Windows that are kept once they were fetched. */
const MOST_KEPT = 200;

export class History {
  element;
  isOpen = false;
  isFinished = false;

  #page;
  #entries = [];
  #messages = new Map();
  #slider;
  #text = make('output', { class: 'covers' });
  #play;
  #timer = null;
  #asked = 0;
  #abort = null;

  constructor(page) {
    this.#page = page;
    this.#slider = make('input', { type: 'range', min: 0, max: 0, value: 0, 'aria-label': 'Window',
      input: () => this.#show(Number(this.#slider.value)) });
    this.#play = make('button', { type: 'button', class: 'tool', 'aria-label': 'Play', title: 'Play',
      click: () => this.#togglePlay() }, icon('play'));
    const newest = make('button', { type: 'button', click: () => this.close() }, 'Newest');
    this.element = make('div', { class: 'history', hidden: true }, this.#play, this.#slider, this.#text, newest);
  }

  /** A finished run has the slider from the start. */
  async setFinished(isFinished) {
    if (isFinished === this.isFinished) return;
    this.isFinished = isFinished;
    if (isFinished) await this.#open();
    else this.#hide();
  }

  toggle() {
    return this.isOpen ? this.close() : this.#open();
  }

  /** Back to the newest. */
  close() {
    this.#stop();
    this.#page.model.past = null;
    this.#slider.value = this.#slider.max;
    this.#label(this.#entries.length - 1);
    if (!this.isFinished) this.#hide();
    this.#page.changed();
  }

  async #open() {
    const { model } = this.#page;
    // The page stands still from here on, whatever the server answers.
    if (!this.isFinished) model.past = { windows: [...model.frame.windows], total: model.frame.total };
    this.isOpen = true;
    this.element.hidden = false;
    this.#page.changed();
    try {
      this.#entries = (await fetched('/api/windows')).windows;
    } catch {
      this.#entries = [];
    }
    this.#slider.max = Math.max(0, this.#entries.length - 1);
    this.#slider.value = this.#slider.max;
    this.#slider.disabled = this.#entries.length < 2;
    this.#label(this.#entries.length - 1);
  }

  #hide() {
    this.isOpen = false;
    this.element.hidden = true;
    this.#stop();
    this.#messages.clear();
    this.#page.model.past = null;
  }

  /** Shows the run as it was when a window closed. */
  async #show(place) {
    this.#label(place);
    const asked = ++this.#asked;
    this.#abort?.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    const { number } = this.#entries[place];
    const count = this.#page.needsLast ? this.#page.settings.page.last : 1;
    try {
      const numbers = this.#entries.slice(Math.max(0, place - count + 1), place + 1).map((entry) => entry.number);
      const [total, ...messages] = await Promise.all([
        fetched(`/api/total?to=${number}`, signal), ...numbers.map((one) => this.#message(one, signal)),
      ]);
      if (asked !== this.#asked || !this.isOpen) return;
      const windows = messages.map((message) => readWindow(message));
      this.#page.model.past = { windows, total: readWindow(total) };
      this.#page.changed();
    } catch (error) {
      if (error.name !== 'AbortError') setText(this.#text, 'this window cannot be had any more');
    }
  }

  async #message(number, signal) {
    if (!this.#messages.has(number)) {
      const message = await fetched(`/api/windows/${number}`, signal);
      this.#messages.set(number, message);
      if (this.#messages.size > MOST_KEPT) this.#messages.delete(this.#messages.keys().next().value);
    }
    return this.#messages.get(number);
  }

  #label(place) {
    const entry = this.#entries[place];
    const text = entry ? `${place + 1} of ${this.#entries.length}: ${windowText(readWindow({ window: entry }))}` : '';
    setText(this.#text, text);
    this.#slider.setAttribute('aria-valuetext', text);
  }

  #togglePlay() {
    if (this.#timer) return this.#stop();
    if (Number(this.#slider.value) >= Number(this.#slider.max)) this.#slider.value = 0;
    this.#play.replaceChildren(icon('pause'));
    this.#timer = setInterval(() => {
      if (Number(this.#slider.value) >= Number(this.#slider.max)) return this.#stop();
      this.#slider.value = Number(this.#slider.value) + 1;
      this.#show(Number(this.#slider.value));
    }, 400);
  }

  #stop() {
    clearInterval(this.#timer);
    this.#timer = null;
    this.#play.replaceChildren(icon('play'));
  }
}

async function fetched(address, signal) {
  const answer = await fetch(address, { signal });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}
