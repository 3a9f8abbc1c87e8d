// The numbers of a figure as a table, for those who cannot see it and those who want them exactly.

import { make } from './dom.js';

/** Rows that are shown; files have all. */
const MOST_ROWS = 4096;

export class DataTable {
  element;
  #body = make('tbody');
  #head = make('thead');
  #shown = '';

  constructor(name) {
    this.element = make('div', { class: 'numbers', tabIndex: 0, role: 'region', 'aria-label': `Numbers of ${name}` },
      make('table', {}, make('caption', { class: 'unseen' }, name), this.#head, this.#body));
  }

  update({ columns, rows }) {
    const shown = JSON.stringify([columns, rows.length]);
    if (shown !== this.#shown) {
      this.#shown = shown;
      this.#head.replaceChildren(make('tr', {}, ...columns.map((name) => make('th', { scope: 'col' }, String(name)))));
      this.#body.replaceChildren(...rows.slice(0, MOST_ROWS)
        .map((row) => make('tr', {}, ...row.map(() => make('td', {}, '')))));
    }
    rows.slice(0, MOST_ROWS).forEach((row, i) => {
      const { cells } = this.#body.rows[i];
      row.forEach((value, k) => {
        const text = typeof value === 'number'
          ? (Number.isNaN(value) ? '\u2013' : String(Number.isInteger(value) ? value : +value.toPrecision(6)))
          : String(value ?? '\u2013');
        if (cells[k].firstChild.data !== text) cells[k].firstChild.data = text;
      });
    });
  }
}
