// The page: what the server says goes into the model, and what has changed is drawn.

import { Banner } from './banner.js';
import { readTheme } from './colors.js';
import { Controls } from './controls.js';
import { EventStream } from './events.js';
import { History } from './history.js';
import { listenToKeys } from './keyboard.js';
import { Layout } from './layout.js';
import { Model, MOST_WINDOWS } from './model.js';
import { paint } from './painter.js';
import { Settings } from './settings.js';
import { STATES, TopLine } from './topline.js';

const darkness = matchMedia('(prefers-color-scheme: dark)');

class Page {
  model = new Model();
  settings = new Settings();
  view = null;
  status = null;
  theme = null;
  /** The size of the font in plots, in pixels. */
  em = 11;
  lostSince = null;
  help;
  history = new History(this);

  #statusAt = 0;
  #topLine = new TopLine(this);
  #controls = new Controls(this);
  #banner = new Banner(document.getElementById('banner'));
  #layout = new Layout(this, document.getElementById('plots'));
  #said = document.getElementById('said');
  #hasHistory = false;

  constructor() {
    document.getElementById('top').prepend(this.#topLine.element, this.#controls.element, this.history.element);
    this.help = listenToKeys(this);
    this.restyle();
    darkness.addEventListener('change', () => this.restyle());
    addEventListener('resize', () => this.restyle());
    document.addEventListener('visibilitychange', () => this.changed());
    // The server says something each second; where it does not, the age goes on.
    setInterval(() => performance.now() - this.#statusAt > 1500 && paint(this), 1000);
    this.changed();
    new EventStream('/api/events', {
      view: (view) => this.#takeView(view),
      total: (total) => this.#take(() => this.model.takeTotal(total)),
      window: (window) => this.#take(() => this.model.takeWindow(window)),
      status: (status) => this.#takeStatus(status),
      connected: () => this.#setLost(null),
      lost: (since) => this.#setLost(since),
    });
  }

  /** The server's state, or what is worse: that it is gone. `past` while the viewer looks back. */
  get state() {
    if (this.lostSince !== null) return 'gone';
    if (!this.status) return 'waiting';
    if (this.model.past && this.status.state === 'live') return 'past';
    return this.status.state in STATES ? this.status.state : 'live';
  }

  /** Seconds since the newest window arrived at the server; the time since the server said so counts, too. */
  get age() {
    if (!this.status || this.status.age_s === null) return null;
    return this.status.age_s + (performance.now() - this.#statusAt) / 1000;
  }

  /** Whether some plot is a sum over the last windows. */
  get needsLast() {
    return this.#layout.panels.some(({ choices }) => choices.over === 'last');
  }

  /** Changes choices for all plots. */
  choose(changes) {
    Object.assign(this.settings.page, changes);
    // What was chosen for one plot alone gives way.
    for (const own of Object.values(this.settings.page.panels)) {
      for (const name of Object.keys(changes)) delete own[name];
    }
    this.settings.save();
    for (const panel of this.#layout.panels) panel.choose({});
    this.changed();
  }

  /** Starts counting from now on, for this viewer. */
  reset() {
    this.model.reset();
    this.settings.keepBaseline(this.model.baseline);
    this.choose({ over: 'reset' });
    this.say('Counting from now on');
  }

  toggleTheme() {
    this.settings.page.theme = this.theme.isDark ? 'light' : 'dark';
    this.settings.save();
    this.restyle();
  }

  /** Reads colours and font again, and draws everything with them. */
  restyle() {
    const { theme } = this.settings.page;
    document.documentElement.dataset.theme = theme === 'auto' ? (darkness.matches ? 'dark' : 'light') : theme;
    this.theme = readTheme();
    this.em = Math.max(11, Math.round(parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.8));
    for (const panel of this.#layout.panels) panel.restyle();
    this.#topLine.update();
  }

  /** Something changed: draws it. */
  changed() {
    for (const panel of this.#layout.panels) panel.update();
    paint(this);
  }

  draw() {
    this.#topLine.draw();
  }

  write() {
    this.#topLine.write();
    this.#controls.update();
    this.#showState();
  }

  /** Keeps trends of these histograms from now on, and asks for what they were. */
  keepTrends(names) {
    if (names.every((name) => this.model.trendNames.has(name))) return;
    for (const name of names) this.model.trendNames.add(name);
    this.#hasHistory = false;
  }

  /** Says something to those who hear the page. */
  say(text) {
    this.#said.textContent = text;
  }

  #takeView(view) {
    // Names are the user's: none of them is one of JavaScript's own.
    this.view = { ...view, histograms: Object.assign(Object.create(null), view.histograms) };
    const isFirst = this.settings.load(view.pipeline);
    if (isFirst) {
      this.model.baseline = this.settings.baseline;
      this.restyle();
    }
    this.#layout.update();
    this.changed();
  }

  /** Takes data; they are drawn unless the viewer looks back. */
  #take(action) {
    action();
    if (!this.model.past) this.changed();
    else paint(this);
    if (this.view && !this.#hasHistory && this.model.run) this.#fetchHistory();
  }

  #takeStatus(status) {
    this.status = status;
    this.model.status = status;
    this.#statusAt = performance.now();
    this.history.setFinished(status.state === 'finished');
    paint(this);
  }

  /** Windows from before the page was opened, for trends and for sums over the last ones. */
  async #fetchHistory() {
    this.#hasHistory = true;
    try {
      const hasTrend = this.#layout.panels.some(({ spec }) => spec.as === 'trend');
      const answer = await fetch(`/api/windows?last=${MOST_WINDOWS * (hasTrend ? 3 : 1)}`);
      if (!answer.ok) return;
      this.model.takeHistory((await answer.json()).windows);
      this.changed();
    } catch {
      // Windows come one by one from here on.
    }
  }

  #setLost(since) {
    this.lostSince = since;
    this.#hasHistory = this.#hasHistory && since === null;
    paint(this);
  }

  #showState() {
    const { state } = this;
    if (document.body.dataset.state !== state) document.body.dataset.state = state;
    this.#banner.update(this);
    const name = this.view?.title || this.view?.pipeline || 'hitmon';
    const isWell = state === 'live' || state === 'waiting';
    const title = isWell ? name : `${STATES[state][1]} ${STATES[state][0]} \u2013 ${name}`;
    if (document.title !== title) document.title = title;
  }
}

new Page();
