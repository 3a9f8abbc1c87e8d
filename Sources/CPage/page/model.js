// What is known of the run: the newest windows, the total since it began, and the state of the server.

import { addTo, holds, keyOf, positionOf, readWindow, sumOf, sumSeconds, weightOf } from './window.js';
import { combine, statistics } from './results.js';

/** The plot that is no histogram: all hits. */
export const RATE = 'rate';
/** Why a sum does not cover all that was asked for. */
const OTHER_BINS = 'windows before have other bins and are left out';
/** Windows that are kept for sums over the last ones. */
export const MOST_WINDOWS = 100;
/** Numbers in them, so that large histograms do not fill the memory: then fewer windows are kept. */
const MOST_NUMBERS = 4e6;
/** Points of a trend. */
const MOST_TREND = 4000;

export class Model {
  view = null;
  status = null;
  run = null;
  /** A frame (see below) to show in place of the newest one: somebody looks back. */
  past = null;
  /** The histograms of which a trend is kept, besides that of all hits. */
  trendNames = new Set();
  /** The accumulation as it was when the viewer reset it; null if nobody did. */
  baseline = null;

  #windows = [];
  #weights = [];
  #total = null;
  #trends = new Map();
  #trendKeys = new Set();

  /** The newest windows, oldest first, and the total, as they are or as they were. */
  get frame() {
    return this.past ?? { windows: this.#windows, total: this.#total };
  }

  /** Takes a total of the whole run, which is right from here on. */
  takeTotal(message) {
    this.#meet(message.run);
    this.#total = readWindow(message, this.#total);
  }

  /** Takes a window that has closed; returns whether it was new. */
  takeWindow(message) {
    this.#meet(message.run);
    const window = readWindow(message, this.#windows.at(-1));
    const key = keyOf(window);
    if (this.#windows.some((known) => keyOf(known) === key)) return false;
    this.#append(window);
    if (this.#total === null) this.#total = { ...window, results: new Map(window.results) };
    else if (!holds(this.#total, window)) this.#total = addTo(this.#total, window);
    return true;
  }

  /** Takes windows that closed before this page was opened, oldest first. */
  takeHistory(messages) {
    const newer = this.#windows;
    this.#windows = [];
    this.#weights = [];
    this.#trends = new Map();
    this.#trendKeys = new Set();
    const known = new Set(newer.map(keyOf));
    for (const message of messages) {
      const window = readWindow(message, this.#windows.at(-1) ?? newer[0]);
      if (window.run === this.run && !known.has(keyOf(window))) this.#append(window);
    }
    for (const window of newer) this.#append(window);
  }

  /** Starts counting from now on, for this viewer. */
  reset() {
    const { total } = this.frame;
    this.baseline = total && { run: total.run, seconds: total.seconds, count: total.count, results: total.results };
  }

  /**
   * A histogram over what `over` says: `window`, `last` (so many), `all` or `reset`. Returns the result, the seconds
   * and
   * the number of windows that it covers; null if there is none. `note` says it where some could not be added.
   */
  accumulate(name, { over, last }) {
    const { windows, total } = this.frame;
    if (over === 'window' || over === 'last') {
      const chosen = windows.slice(over === 'window' ? -1 : -last);
      const sum = sumOf(chosen, name);
      return sum && { result: sum.result, seconds: sumSeconds(sum.windows), count: sum.windows.length,
        note: sum.isCut ? OTHER_BINS : null };
    }
    const result = total?.results.get(name);
    if (!result) return null;
    const all = { result, seconds: total.seconds, count: total.count, note: total.isCut ? OTHER_BINS : null };
    return over === 'reset' && this.hasBaseline ? this.#sinceReset(name, all) : all;
  }

  /** Whether what is shown goes on after the viewer's reset: looking back, it may end before. */
  get hasBaseline() {
    return this.baseline !== null && this.baseline.count <= (this.frame.total?.count ?? 0);
  }

  /** The trend of a histogram: positions (see positionOf), and entries a second or a window. */
  trend(name) {
    return this.#trends.get(name) ?? { positions: [], values: [], isTime: true };
  }

  #sinceReset(name, all) {
    const before = this.baseline.results.get(name);
    if (!before || before.form === 'points') return all;
    const result = combine(all.result, before, -1);
    if (!result) return { ...all, note: 'its bins are not those at your reset: all windows are shown' };
    const seconds = all.seconds === null || this.baseline.seconds === null ? null : all.seconds - this.baseline.seconds;
    return { result, seconds, count: all.count - this.baseline.count, note: all.note };
  }

  /** Another run has nothing to do with what was counted before. A merged message names all of its runs. */
  #meet(run) {
    const isSame = this.run !== null && run.split(',').some((one) => this.run.split(',').includes(one));
    this.run = run;
    if (isSame) return;
    this.#windows = [];
    this.#weights = [];
    this.#total = null;
    this.#trends = new Map();
    this.#trendKeys = new Set();
    if (this.baseline && this.baseline.run !== run) this.baseline = null;
  }

  #append(window) {
    this.#windows.push(window);
    this.#weights.push(weightOf(window));
    let weight = this.#weights.reduce((total, one) => total + one, 0);
    while (this.#windows.length > 1 && (this.#windows.length > MOST_WINDOWS || weight > MOST_NUMBERS)) {
      this.#windows.shift();
      weight -= this.#weights.shift();
    }
    this.#extendTrends(window);
  }

  #extendTrends(window) {
    const key = keyOf(window);
    if (this.#trendKeys.has(key)) return;
    this.#trendKeys.add(key);
    if (this.#trendKeys.size > MOST_TREND) this.#trendKeys.delete(this.#trendKeys.values().next().value);
    // All hits are a trend, too, unless a histogram has its name.
    if (!window.results.has(RATE)) this.#extendTrend(RATE, window, window.counts.hits ?? 0);
    for (const [name, result] of window.results) {
      if (result.form !== 'points' && this.trendNames.has(name)) this.#extendTrend(name, window, statistics(result)
        .entries);
    }
  }

  #extendTrend(name, window, entries) {
    let trend = this.#trends.get(name);
    if (!trend) this.#trends.set(name, (trend = { positions: [], values: [], isTime: window.seconds !== null }));
    trend.positions.push(positionOf(window));
    trend.values.push(entries / (window.seconds ?? 1));
    if (trend.positions.length > MOST_TREND) {
      trend.positions.shift();
      trend.values.shift();
    }
  }
}
