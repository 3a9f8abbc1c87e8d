// The menu of a panel: every choice for it, and the files that can be had from it.

import { make } from './dom.js';
import { saveCSV, saveJSON, savePNG } from './exports.js';

let menu = null;
let wasOpen = false;

/** Notes, when the button is pressed, whether its menu is open: pressing closes it before the click comes. */
export function noteMenu(panel) {
  wasOpen = menu?.panel === panel;
}

/** Opens the menu of a panel at the button that asks for it; closes it where it is open. */
export function openMenu(panel, button) {
  const isClosing = wasOpen || menu?.panel === panel;
  wasOpen = false;
  menu?.element.hidePopover();
  if (isClosing) return;
  const element = make('div', { class: 'menu', popover: 'auto', role: 'dialog',
    'aria-label': `Choices for ${panel.title}` });
  fill(element, panel);
  // Inside the panel: it is then there in full screen, too.
  panel.element.append(element);
  element.addEventListener('toggle', ({ newState }) => {
    if (newState !== 'closed') return;
    if (menu?.element === element) menu = null;
    element.remove();
  });
  element.showPopover();
  menu = { panel, element };
  place(element, button);
  element.querySelector('button')?.focus();
}

function place(element, button) {
  const at = button.getBoundingClientRect();
  const left = Math.max(8, Math.min(at.right - element.offsetWidth, innerWidth - element.offsetWidth - 8));
  const below = at.bottom + 4;
  const top = below + element.offsetHeight > innerHeight - 8 ? Math.max(8, innerHeight - element.offsetHeight - 8)
    : below;
  element.style.left = `${left}px`;
  element.style.top = `${top}px`;
}

function fill(element, panel) {
  const { choices, page, figures } = panel;
  const own = page.settings.panel(panel.id);
  const again = (label) => {
    fill(element, panel);
    [...element.querySelectorAll('button')].find((button) => button.textContent === label)?.focus();
  };
  const option = (label, isOn, change) => make('button', {
    type: 'button', 'aria-pressed': String(isOn), click: () => {
      change();
      again(label);
    },
  }, label);
  const group = (label, ...buttons) => make('div', { class: 'group', role: 'group', 'aria-label': label },
    make('span', {}, label), make('div', {}, ...buttons));
  const set = (changes) => () => panel.choose(changes);
  const over = (label, value) => option(label, own.over === value, set({ over: value }));
  const canRate = figures.some(({ content }) => content?.canRate);
  const isTrend = panel.spec.as === 'trend';
  const hasBins = figures.some(({ content }) => content?.series[0]?.edges);
  const groups = [];
  if (!isTrend) {
    groups.push(group('Show', option('as the page', own.over === undefined, set({ over: undefined })),
      over('this window', 'window'),
      over(`last ${choices.last}`, 'last'), over('all', 'all'),
      ...(page.model.baseline ? [over('since reset', 'reset')] : [])));
  }
  if (canRate) groups.push(group('Scale by', option('counts', !choices.isRate, set({ isRate: false })),
    option('rate', choices.isRate, set({ isRate: true }))));
  groups.push(group('Axis', option('linear', !choices.isLog, set({ isLog: false })),
    option('logarithmic', choices.isLog, set({ isLog: true }))));
  if (hasBins && !isTrend) {
    groups.push(group('Draw', option('error bars', choices.hasErrors, set({ hasErrors: !choices.hasErrors })),
      option('frozen reference', Boolean(choices.references), () => panel.toggleReference())));
  }
  groups.push(group('Numbers', option('table', Boolean(panel.isTable), () => panel.toggleTable())));
  const save = (label, action) => make('button', { type: 'button', click: () => action(panel) }, label);
  groups.push(group('Save', save('PNG', savePNG), save('CSV', saveCSV), save('JSON', saveJSON)));
  element.replaceChildren(...groups);
}
