// Making elements.

/**
 * An element with attributes and children. `class`, `role`, `for` and names with a dash are attributes, functions are
 * listeners, all else are properties. Strings are text, never markup.
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (['class', 'role', 'for'].includes(name) || name.includes('-')) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

/** Sets the text of an element; nothing happens where it is the same. */
export function setText(element, text) {
  if (element.firstChild?.nodeType === Node.TEXT_NODE && element.childNodes.length === 1) {
    if (element.firstChild.data !== text) element.firstChild.data = text;
  } else if (element.textContent !== text) {
    element.textContent = text;
  }
}

/** Sets an attribute; nothing happens where it is the same. */
export function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

const PATHS = {
  more: 'M3 8h.01M8 8h.01M13 8h.01',
  full: 'M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4',
  back: 'M3 8a5 5 0 1 0 1.5-3.5L3 6M3 2v4h4',
  theme: 'M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12',
  help: 'M5.5 6a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M8 13h.01',
  play: 'M4 2.5v11l9-5.5z',
  pause: 'M5 3v10M11 3v10',
};

/** One of the page's icons; buttons with one need an aria-label. */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}
