// Numbers and times as people read them.

const NARROW = '\u202f';

/** A whole number with its thousands apart. */
export function whole(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '\u2013';
  const digits = Math.abs(Math.round(value)).toString();
  return (value < 0 ? '\u2212' : '') + digits.replace(/\B(?=(\d{3})+$)/g, NARROW);
}

/** A number with `digits` of precision, whole if it is. */
export function number(value, digits = 4) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '\u2013';
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return whole(value);
  const size = Math.abs(value);
  if (size >= 1e9 || size < 1e-4) return value.toExponential(digits - 1).replace('-', '\u2212');
  const places = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  const [integer, fraction] = size.toFixed(places).split('.');
  const grouped = integer.replace(/\B(?=(\d{3})+$)/g, NARROW);
  return (value < 0 ? '\u2212' : '') + grouped + (fraction ? '.' + fraction : '');
}

/** A rate, such as `1.80 k/s`, with three digits whatever its size. */
export function rate(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '\u2013';
  for (const [unit, suffix] of [[1e9, 'G'], [1e6, 'M'], [1e3, 'k']]) {
    if (value >= unit * 0.9995) return (value / unit).toPrecision(3) + NARROW + suffix;
  }
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** A time span, such as `1.3 s`, `2 min 05 s` or `3 h 12 min`. */
export function span(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return '\u2013';
  if (seconds < 1) return Math.round(seconds * 1000) + ' ms';
  if (seconds < 60) return seconds.toFixed(seconds < 10 && !Number.isInteger(seconds) ? 1 : 0) + ' s';
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${pad(Math.floor(seconds % 60))} s`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)} h ${pad(Math.floor((seconds % 3600) / 60))} min`;
  return `${Math.floor(seconds / 86400)} days`;
}

/** The time of day in UTC of seconds since 1970. */
export function timeOfDay(time, hasSeconds = true) {
  return new Date(time * 1000).toISOString().slice(11, hasSeconds ? 19 : 16);
}

/** What stands at an axis: the label, and its unit in brackets. */
export function axisLabel({ label, unit }) {
  return unit ? `${label} [${unit}]` : label;
}

/** A value of a column with the column's name where it needs one: `chamber 2`. */
export function valueLabel(column, value) {
  return /^-?\d/.test(value) && column ? `${column} ${value}` : value;
}

/** A name that can be a file's. */
export function fileName(...parts) {
  return parts.filter(Boolean).join('-').replace(/[^A-Za-z0-9._-]+/g, '_').slice(0, 120);
}

function pad(value) {
  return String(value).padStart(2, '0');
}

/** The unit behind a number, with a blank; nothing where there is none. */
export function unitOf({ unit }) {
  return unit ? ` ${unit}` : '';
}
