// What numbers cover, in words.

import { positionOf } from './window.js';
import { span, timeOfDay, whole } from './format.js';

/** Such as `last 10 windows (20 s)`. */
export function coverageOf({ over }, content, model) {
  const { seconds, count, note } = content.covers;
  if (over === 'window') return windowText(model.frame.windows.at(-1));
  const length = seconds ? ` (${span(seconds)})` : '';
  const windows = `${whole(count)} ${count === 1 ? 'window' : 'windows'}${length}`;
  const text = { last: `last ${windows}`, all: `all ${windows}`, reset: `${windows} since your reset` }[over];
  return note ? `${text}; ${note}` : text;
}

/** A window: its number, and from when to when it is. */
export function windowText(window) {
  if (!window) return 'no window yet';
  const name = `window ${window.index}`;
  if (window.seconds === null) return window.start === undefined ? name
    : `${name}, ${whole(window.start)} to ${whole(window.end)}`;
  const end = positionOf(window);
  return `${name}, ${timeOfDay(end - window.seconds)}\u2013${timeOfDay(end)} UTC`;
}
