// The kinds of contents that histograms have. A new one is a file of its own, and a line here.
//
// A kind has
//   fits(plain)             whether the histogram of a message is of this kind
//   read(plain, before)     its own fields of a result, see below; `before` is the same histogram of an earlier window
//   plain(result)           the fields that read() reads, but for what the page does not use
//   statistics(result)      what stands beside the plot
//   sizeOf(result)          how many numbers it holds
// and, where results add up,
//   arrays, numbers         names of the fields that add up, bin by bin and as they are
//   unite(first, second)    {axes, places, size}: the axes of the sum, and where the bins of either are in it
//   isMean                  whether the bins hold means: `arrays` are then those of spread.js
//
// Every result has form, title, x and y (label, unit, categories) and unknown. Bins of one axis have `edges`, those of two
// `xEdges` and `yEdges`, with the bins of one x after those of another; `values` is what is drawn, and `errors` its
// errors where they are not the roots of `variances`.

import { counts } from './counts.js';
import { map } from './map.js';
import { points } from './points.js';
import { profile } from './profile.js';
import { profileMap } from './profileMap.js';

export const CONTENTS = { counts, map, profile, profileMap, points };
