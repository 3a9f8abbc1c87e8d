// Arrays of numbers, as contents have them.

/** Numbers of JSON; null, which is no number, becomes NaN. */
export function numbers(values) {
  const result = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) result[i] = values[i] === null ? NaN : values[i];
  return result;
}

/** Numbers of JSON, or nothing where there are none. */
export function numbersOrNull(values) {
  return values ? numbers(values) : null;
}

/** The numbers of a message, or those of before where they are the same. */
export function shared(values, before) {
  return before && sameNumbers(values, before) ? before : numbers(values);
}

export function sameNumbers(first, second) {
  if (first === second) return true;
  if (first.length !== second.length) return false;
  for (let i = 0; i < first.length; i++) if (first[i] !== second[i]) return false;
  return true;
}

export function sameNames(first, second) {
  return first.length === second.length && first.every((name, i) => name === second[i]);
}

export function sum(values) {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

/** A plain list for a message; undefined where there is nothing. */
export function list(values) {
  return values ? Array.from(values) : undefined;
}

/** 0, 1, 2 ...: the edges of categories. */
export function wholeEdges(count) {
  return Float64Array.from({ length: count + 1 }, (_, i) => i);
}
