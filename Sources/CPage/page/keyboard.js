// Everything that the mouse can do, by keys.

import { make } from './dom.js';

const KEYS = [
  ['Tab', 'from plot to plot'],
  ['\u2190 \u2192', 'read the bins; with Shift move what is zoomed'],
  ['+ \u2212', 'zoom in and out about the cursor'],
  ['0', 'show all of it again'],
  ['L', 'linear or logarithmic'],
  ['E', 'error bars'],
  ['R', 'freeze as reference, or take it away'],
  ['T', 'numbers as a table'],
  ['F', 'full screen'],
  ['M', 'more choices, and files'],
  ['1 2 3 4', 'all plots: this window, the last ones, all, since reset'],
  ['C', 'all plots: counts or rate'],
  ['P', 'pause and look back'],
  ['?', 'this list'],
];

/** Listens to keys for the page, and makes the list of them. */
export function listenToKeys(page) {
  const rows = KEYS.map(([key, text]) => make('tr', {},
    make('th', { scope: 'row' }, ...key.split(' ').map((one) => make('kbd', {}, one))), make('td', {}, text)));
  const close = make('button', { type: 'button', click: () => help.close() }, 'Close');
  const mouse = 'With the mouse: drag to zoom, Shift and drag to move, Ctrl and wheel to zoom, double click for all.';
  const help = make('dialog', { class: 'help', 'aria-label': 'Keys' }, make('h2', {}, 'Keys'),
    make('table', {}, make('tbody', {}, ...rows)), make('p', {}, mouse), close);
  document.body.append(help);
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (event.target.closest('input, select, textarea, [popover]')) return;
    const figure = event.target.closest('figure')?.figure;
    const isDone = (event.target === figure?.element && ofFigure(figure, event)) || ofPage(page, help, event);
    if (isDone) event.preventDefault();
  });
  return help;
}

function ofFigure(figure, { key, shiftKey }) {
  const { panel } = figure;
  const middle = () => figure.cursorX ?? (figure.frame.area.left + figure.frame.area.right) / 2;
  const actions = {
    ArrowLeft: () => (shiftKey ? panel.pan(figure, -0.2) : figure.stepCursor(-1)),
    ArrowRight: () => (shiftKey ? panel.pan(figure, 0.2) : figure.stepCursor(1)),
    '+': () => panel.zoomAbout(figure, middle(), 0.7), '=': () => panel.zoomAbout(figure, middle(), 0.7),
    '-': () => panel.zoomAbout(figure, middle(), 1 / 0.7), 0: () => panel.zoom(null),
    l: () => panel.choose({ isLog: !panel.choices.isLog }),
    e: () => panel.choose({ hasErrors: !panel.choices.hasErrors }),
    r: () => panel.toggleReference(), t: () => panel.toggleTable(), f: () => panel.toggleFull(),
    m: () => panel.openMenu(),
    Escape: () => figure.setCursor(null),
  };
  return run(actions[key.length === 1 ? key.toLowerCase() : key], figure.frame);
}

function ofPage(page, help, { key }) {
  const actions = {
    1: () => page.choose({ over: 'window' }), 2: () => page.choose({ over: 'last' }),
    3: () => page.choose({ over: 'all' }),
    4: () => page.model.baseline && page.choose({ over: 'reset' }),
    c: () => page.choose({ isRate: !page.settings.page.isRate }),
    p: () => page.history.isFinished || page.history.toggle(), '?': () => help.showModal(),
  };
  return run(actions[key.toLowerCase()], true);
}

function run(action, isReady) {
  if (!action || !isReady) return false;
  action();
  return true;
}
