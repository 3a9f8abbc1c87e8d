// The kinds of plots. A new one is a file of its own, and a line here.
//
// A plot has
//   extent(content, domain)          {low, high, lowest} of what it draws in a domain of x; lowest is above zero
//   draw(context, content, frame)    draws it; frame has the scales x and y, the area, the theme and the font size em
//   back(context, content, frame)    optional: what lies behind and changes with the axes only
//   read(content, frame, px, py)     what stands under the cursor: {at, lines: [{label, color, text}], place}; or null
//   rows(content)                    {columns, rows}: what is shown, as a table
// and may say `hasColorBar`, `ownsY` (its y axis is one of the data), `isBare` (it has no axes), `grid`: `both`, `y`
// or none.

import { bars } from './bars.js';
import { cells } from './cells.js';
import { heat } from './heat.js';
import { points } from './points.js';
import { steps } from './steps.js';
import { trend } from './trend.js';

export const PLOTS = { steps, bars, trend, heat, points, map: cells };
