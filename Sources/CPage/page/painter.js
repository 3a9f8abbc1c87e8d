// When things are drawn: once a frame, only what has changed, only what is in view.

const waiting = new Set();
let isAsked = false;

/**
 * Calls `item.draw()` in the next frame, and then `item.write()`; once, however often it is asked for. Canvases are
 * drawn before any text of the document changes: a font set on a canvas makes the browser lay out what has changed.
 */
export function paint(item) {
  waiting.add(item);
  if (isAsked) return;
  isAsked = true;
  requestAnimationFrame(() => {
    isAsked = false;
    const items = [...waiting];
    waiting.clear();
    for (const one of items) one.draw();
    for (const one of items) one.write();
  });
}

const visibility = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) owners.get(target)?.setVisible(isIntersecting);
}, { rootMargin: '100px' });
const sizes = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) owners.get(target)?.setSize(contentRect.width, contentRect.height);
});
const owners = new WeakMap();

/** Tells `owner.setVisible` and `owner.setSize` what becomes of an element. */
export function watch(element, owner) {
  owners.set(element, owner);
  visibility.observe(element);
  sizes.observe(element);
}

export function unwatch(element) {
  visibility.unobserve(element);
  sizes.unobserve(element);
}
