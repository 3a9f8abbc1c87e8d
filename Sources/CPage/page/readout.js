// What stands under the cursor: one box and one line for the whole page, in the figure that has the cursor.

import { make } from './dom.js';

const box = make('div', { class: 'readout', 'aria-hidden': 'true' });
const rule = make('div', { class: 'rule', 'aria-hidden': 'true' });
let owner = null;

/** Shows what a figure has read at a place of its stage; `reading` is null where there is nothing. */
export function showReading(stage, reading, area, py) {
  if (!reading) return hideReading(stage);
  owner = stage;
  if (box.parentNode !== stage) stage.append(rule, box);
  const lines = reading.lines.slice(0, 12).map(({ label, color, text }) => {
    const swatch = color === null || color === undefined ? ''
      : make('i', { class: color === -1 ? 'swatch reference' : color === -2 ? 'swatch out'
      : `swatch series-${color + 1}` });
    return make('div', {}, swatch, make('span', {}, label), make('b', {}, text));
  });
  box.replaceChildren(make('div', { class: 'at' }, reading.at), ...lines);
  rule.style.transform = `translate(${Math.round(reading.place)}px, ${area.top}px)`;
  rule.style.height = `${area.bottom - area.top}px`;
  // Beside the cursor, on the side that has room.
  const isRight = reading.place < (area.left + area.right) / 2;
  const left = isRight ? reading.place + 10 : Math.max(2, reading.place - 10 - box.offsetWidth);
  const top = Math.min(Math.max(area.top, py - 20), Math.max(area.top, area.bottom - box.offsetHeight));
  box.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
}

/** Takes the reading away from a figure, if it is there. */
export function hideReading(stage) {
  if (owner !== stage) return;
  owner = null;
  box.remove();
  rule.remove();
}
