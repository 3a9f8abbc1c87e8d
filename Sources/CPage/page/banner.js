// The banner that nobody overlooks: data have stopped.

import { make, setText } from './dom.js';
import { span, timeOfDay } from './format.js';

/** Shows, under the top line, what is wrong and what it means; or nothing. */
export class Banner {
  #element;
  #head = make('strong');
  #text = make('span');

  constructor(element) {
    this.#element = element;
    element.append(this.#head, ' ', this.#text);
  }

  update({ state, status, age, lostSince, model }) {
    const message = status?.message ? ` ${status.message}.` : '';
    const shown = model.frame.windows.at(-1)?.end;
    const until = typeof shown === 'string' ? ` The plots show what was counted until ${shown.slice(11, 19)} UTC.` : '';
    const typical = status?.window_s ? `, where one comes every ${span(status.window_s)}` : '';
    const since = lostSince ? timeOfDay(lostSince / 1000) : '\u2013';
    const texts = {
      stalled: ['\u26a0\ufe0e Stalled', `No new window for ${span(Math.floor(age ?? 0))}${typical}.${message}${until}`],
      lost: ['\u2715 Lost', `The server has lost its source.${message}${until}`],
      gone: ['\u2715 Connection lost', `No word from the server since ${since} UTC. Trying again.${until}`],
    };
    // Nothing is wrong with the data, and there is something to know.
    const note = message && ['\u24d8', message.trim()];
    const text = texts[state] ?? note;
    const kind = texts[state] ? state : 'note';
    if (this.#element.hidden !== !text) this.#element.hidden = !text;
    if (this.#element.dataset.state !== kind) this.#element.dataset.state = kind;
    if (!text) return;
    setText(this.#head, text[0]);
    setText(this.#text, text[1]);
  }
}
