// What the viewer has chosen, kept by the browser for each pipeline. The server knows nothing of it.

import { plainResult, readResult } from './results.js';

const DEFAULTS = { over: 'all', last: 10, isRate: false, hasErrors: false, theme: 'auto', panels: {} };

/** The viewer's choices for one pipeline: for the whole page in `page`, for a panel in `panel(id)`. */
export class Settings {
  page = structuredClone(DEFAULTS);
  #key = null;
  #isWaiting = false;

  constructor() {
    // A user who leaves right after a choice has made it too.
    addEventListener('pagehide', () => this.#keep());
  }

  /** Reads what was chosen before for this pipeline; returns false where that has been done. */
  load(pipeline) {
    const key = `hitmon:${pipeline}`;
    if (key === this.#key) return false;
    this.#key = key;
    this.page = { ...structuredClone(DEFAULTS), ...read(key) };
    return true;
  }

  /** What had been counted when the viewer reset the accumulation, as it was kept; null if nothing is. */
  get baseline() {
    const kept = this.#key === null ? null : read(`${this.#key}:baseline`);
    return kept?.run ? { ...kept, results: new Map(kept.results.map(([name, plain]) => [name, readResult(plain)])) }
      : null;
  }

  keepBaseline(baseline) {
    if (!baseline) return;
    const results = [...baseline.results].filter(([, result]) => result.form !== 'points')
      .map(([name, result]) => [name, plainResult(result)]);
    write(`${this.#key}:baseline`, { ...baseline, results });
  }

  /** The choices for a panel; change them and call save. */
  panel(id) {
    return (this.page.panels[id] ??= {});
  }

  /** Keeps the choices, a moment later, as zooming changes them often. */
  save() {
    if (this.#isWaiting || this.#key === null) return;
    this.#isWaiting = true;
    setTimeout(() => this.#keep(), 200);
  }

  #keep() {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    write(this.#key, this.page);
  }
}

function write(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Full or forbidden: the choices last as long as the page.
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? {};
  } catch {
    return {};
  }
}
