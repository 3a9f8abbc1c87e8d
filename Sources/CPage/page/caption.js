// What stands above or beside a figure: its name, and entries, mean, RMS, under- and overflow of every series.

import { make, setText } from './dom.js';
import { number, rate, whole } from './format.js';

/** The numbers of a series: names and texts. */
export function numbersOf(part, content) {
  const { statistics: s } = part;
  if (!s) return [['now', `${rate(part.last)} ${content.y.unit}`]];
  const numbers = [['entries', Number.isInteger(s.entries) ? whole(s.entries) : number(s.entries, 6)]];
  if (s.outside !== undefined) {
    const pair = (values) => (values ? values.map((value) => number(value, 3)).join(', ') : '\u2013');
    return [...numbers, ['mean', pair(s.mean)], ['RMS', pair(s.rms)], ['outside', number(s.outside, 4)]];
  }
  if (content.form === 'points') return [...numbers, ['mean', number(s.mean, 4)], ['RMS', number(s.rms, 4)]];
  if (!content.x.categories) numbers.push(['mean', number(s.mean, 4)], ['RMS', number(s.rms, 4)]);
  numbers.push(['under', number(s.under, 4)], ['over', number(s.over, 4)]);
  return numbers;
}

/** The caption of a figure; `toggle(name)` hides or shows a series. */
export class Caption {
  element = make('figcaption', { class: 'caption' });
  #shape = '';
  #cells = [];
  #toggle;
  #flag = make('span', { class: 'flag', hidden: true });

  constructor(toggle) {
    this.#toggle = toggle;
  }

  update(label, content, hidden) {
    const parts = content.parts.map((part) => ({ part, numbers: numbersOf(part, content) }));
    const shape = JSON.stringify([label, hidden,
      parts.map(({ part, numbers }) => [part.name, part.label, numbers.map(([name]) => name)])]);
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#cells = [];
      if (parts.length > 1) this.#buildTable(label, parts, hidden);
      else this.#buildLine(label, parts[0].numbers);
    }
    const texts = parts.length > 1 ? parts.flatMap(({ numbers }) => numbers.map(([, text]) => text))
      : lineTexts(parts[0].numbers);
    texts.forEach((text, i) => setText(this.#cells[i], text));
    this.#updateFlag(content.expectation);
  }

  #updateFlag(expectation) {
    const count = expectation?.bins.length ?? 0;
    if (this.#flag.hidden !== (count === 0)) this.#flag.hidden = count === 0;
    if (count > 0) setText(this.#flag, `\u26a0\ufe0e ${count} not flat`);
  }

  /** Two texts, however many numbers: each costs layout and paint at every update. */
  #buildLine(label, [[first]]) {
    this.element.className = 'caption';
    const count = make('b', {}, '');
    const rest = make('span', { class: 'rest' }, '');
    this.#cells = [count, rest];
    const head = make('span', { class: 'head' }, make('span', { class: 'name' }, label), this.#flag,
      make('span', { class: 'stat' }, `${first} `, count));
    this.element.replaceChildren(head, rest);
  }

  #buildTable(label, parts, hidden) {
    this.element.className = 'caption legend';
    const head = make('tr', {}, make('th', {}, label),
      ...parts[0].numbers.map(([name]) => make('th', { scope: 'col' }, name)));
    const rows = parts.map(({ part, numbers }) => {
      const isShown = !hidden?.includes(part.name);
      const button = make('button', {
        type: 'button', class: 'key', 'aria-pressed': String(isShown), title: isShown ? 'Hide' : 'Show',
        click: () => this.#toggle(part.name),
      }, make('i', { class: `swatch series-${part.color + 1}` }), part.label);
      const cells = numbers.map(() => make('td', {}, ''));
      this.#cells.push(...cells);
      return make('tr', {}, make('th', { scope: 'row' }, button), ...cells);
    });
    this.element.replaceChildren(make('table', {}, make('thead', {}, head), make('tbody', {}, ...rows)));
  }
}

/** The first number, and all others as one text. */
function lineTexts([[, first], ...rest]) {
  return [first, rest.map(([name, text]) => `${name}\u00a0${text}`).join('\u2003')];
}
