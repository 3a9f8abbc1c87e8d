// Which panels there are, and in which rows.

import { make } from './dom.js';
import { RATE } from './model.js';
import { Panel } from './panel.js';

/**
 * Puts the panels of the view into an element. Panels that stay the same stay, with all that the viewer sees in
 * them.
 */
export class Layout {
  panels = [];
  #element;
  #page;
  #shape = '';

  constructor(page, element) {
    this.#page = page;
    this.#element = element;
  }

  update() {
    const { view } = this.#page;
    const rows = view.rows?.length ? view.rows : defaultRows(view);
    const shape = JSON.stringify([rows, Object.keys(view.histograms), view.layouts]);
    if (shape === this.#shape) return this.panels.forEach((panel) => panel.refresh());
    this.#shape = shape;
    const kept = new Map(this.panels.map((panel) => [panelKey(panel.id, panel.spec), panel]));
    const seen = new Map();
    this.panels = [];
    const elements = rows.map((specs) => {
      const panels = specs.filter(({ plot }) => view.histograms[plot] || plot === RATE).map((spec) => {
        const id = idOf(spec, seen);
        const key = panelKey(id, spec);
        const panel = kept.get(key) ?? new Panel(this.#page, spec, id);
        kept.delete(key);
        panel.refresh();
        this.panels.push(panel);
        return panel.element;
      });
      const row = make('div', { class: 'row' }, ...panels);
      row.style.setProperty('--panels', panels.length);
      return row;
    });
    for (const panel of kept.values()) panel.remove();
    this.#element.replaceChildren(...elements.filter((row) => row.childElementCount > 0));
    for (const panel of this.panels) panel.restyle();
    this.#page.keepTrends(this.panels.filter(({ spec }) => spec.as === 'trend').flatMap((panel) => panel.names));
  }
}

/** Where nothing is declared: every histogram, two in a row. */
function defaultRows(view) {
  const forms = { counts: 'steps', profile: 'points', points: 'points', map: 'heat', profileMap: 'heat' };
  const specs = Object.entries(view.histograms).map(([plot, { kind, per }]) => {
    const as = forms[kind] ?? 'steps';
    // Colours cannot lie over one another.
    const isSplit = as === 'heat';
    return { plot, as, per: isSplit ? per : null, overlay: isSplit ? null : per, scale: 'linear' };
  });
  const rows = [];
  for (let i = 0; i < specs.length; i += 2) rows.push(specs.slice(i, i + 2));
  return rows;
}

/** A name that a panel keeps when others come and go, by which the viewer's choices for it are found again. */
function idOf({ plot, as, per, overlay }, seen) {
  const name = [plot, as, per ?? '', overlay ?? ''].join('-').replace(/[^A-Za-z0-9_-]/g, '_');
  const count = seen.get(name) ?? 0;
  seen.set(name, count + 1);
  return count ? `${name}-${count}` : name;
}

function panelKey(id, spec) {
  return `${id} ${JSON.stringify(spec)}`;
}
