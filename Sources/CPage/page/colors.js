// Colours: those of the style sheet, and the scale of heat maps.

/** The colours and the font that the style sheet gives to plots. */
export function readTheme() {
  const style = getComputedStyle(document.documentElement);
  const get = (name) => style.getPropertyValue(name).trim();
  return {
    surface: get('--surface'), text: get('--text'), muted: get('--muted'), grid: get('--grid'), axis: get('--axis'),
    out: get('--out'), band: get('--band'), bandEdge: get('--band-edge'), reference: get('--reference'),
    empty: get('--empty'),
    series: [1, 2, 3, 4, 5, 6, 7, 8].map((i) => get(`--series-${i}`)), font: get('--font'),
    isDark: get('--is-dark') === '1',
  };
}

/** A colour of the style sheet, #rrggbb, with an opacity. */
export function faint(color, opacity) {
  return color + Math.round(opacity * 255).toString(16).padStart(2, '0');
}

/**
 * Viridis, at eleven places; in between colours are mixed. It keeps its order for all kinds of colour vision, and in
 * grey.
 */
const VIRIDIS = [
  [68, 1, 84], [72, 36, 117], [65, 68, 135], [53, 95, 141], [42, 120, 142], [33, 145, 140], [34, 168, 132],
  [68, 191, 112],
  [122, 209, 81], [189, 223, 38], [253, 231, 37],
];

/** The 256 colours of heat, as the words of an image and as CSS. */
export const HEAT = (() => {
  const words = new Uint32Array(256);
  const css = [];
  for (let i = 0; i < 256; i++) {
    const place = (i / 255) * (VIRIDIS.length - 1);
    const lower = Math.min(VIRIDIS.length - 2, Math.floor(place));
    const [r, g, b] = VIRIDIS[lower].map((from, k) =>
      Math.round(from + (VIRIDIS[lower + 1][k] - from) * (place - lower)));
    words[i] = ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;
    css.push(`rgb(${r} ${g} ${b})`);
  }
  return { words, css };
})();

/** Where a value is in HEAT, 0 to 255; -1 for one that is not drawn: nothing was counted there, or no mean is known. */
export function heatScale([low, high], { isLog, isMean }) {
  const bottom = isLog ? Math.log(low) : low;
  const size = 255.999 / ((isLog ? Math.log(high) : high) - bottom || 1);
  return (value) => {
    if ((value === 0 && !isMean) || Number.isNaN(value) || (isLog && value <= 0)) return -1;
    return Math.max(0, Math.min(255, ((isLog ? Math.log(value) : value) - bottom) * size)) | 0;
  };
}
