"""Histograms of several result messages, added up: docs/results.md says how."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any

from hitmon.kernel import HitmonError


def merged(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """One histogram of several windows: counts and sums add, means are computed again, points are joined.

    Categories are brought together by their names. Other bins must be the same, or it is an error. So it is where the
    overflow of one part may be of a category that only another part has.
    """
    total = dict(parts[0])
    for part in parts[1:]:
        total = _sum(total, part)
    return total


FLOWS = ("underflow", "overflow")
# What a profile knows of a bin, without how many rows it has.
SPREAD = ("sum", "sum_remainder", "sum_of_squares", "sum_of_squared_deviations")
# Fields with a number for each bin, or for each bin of y in a list for each bin of x.
_BINS = ("bin_counts", "bin_variances", "bin_entries")
_ADDED = ("unknown", "omitted", *FLOWS, *(f"{flow}_variance" for flow in FLOWS))


def _sum(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    name = b.get("title")
    kinds = [[key for key in ("x_edges", "mean", "bin_edges", "x", "bin_variances") if key in part] for part in (a, b)]
    if kinds[0] != kinds[1]:
        raise HitmonError(f"`{name}` has not the same form in all windows")
    for key in ("axis", "y_axis", "z_axis"):
        units = [part.get(key, {}).get("unit", "") for part in (a, b)]
        if units[0] != units[1]:
            raise HitmonError(f"the {key} of `{name}` is in `{units[0]}` in one window and in `{units[1]}` in another")
    total = dict(a)
    for key in _ADDED:
        if key in a and key in b:
            total[key] = _add(a[key], b[key])
    if "x" in a:
        return total | {"x": a["x"] + b["x"], "y": a["y"] + b["y"]}
    is_map = "x_edges" in a
    x, mine, theirs = _union(a, b, "axis", "x_edges" if is_map else "bin_edges", "x_overflow" if is_map else "overflow")
    total |= x
    if not is_map:
        for key in _BINS:
            if key in a:
                total[key] = _added(a[key], b[key], mine, theirs)
        if "mean" in a:
            _add_spreads(total, a, b, mine, theirs)
        return total
    y, low, high = _union(a, b, "y_axis", "y_edges", "y_overflow")
    total |= y
    width, height = len(total["x_edges"]) - 1, len(total["y_edges"]) - 1

    def columns(values: list[Any], xs: list[int], ys: list[int]) -> list[list[Any]]:
        placed = _placed([_placed(column, ys, height) for column in values], xs, width)
        return [column or [0] * height for column in placed]

    for key in _BINS:
        if key in a:
            pairs = zip(columns(a[key], mine, low), columns(b[key], theirs, high), strict=True)
            total[key] = [[_add(p, q) for p, q in zip(one, other, strict=True)] for one, other in pairs]
    ends = [[0, *(place + 1 for place in places), height + 1] for places in (low, high)]
    for flow in FLOWS:
        for key, left, right in ((f"x_{flow}", ends[0], ends[1]), (f"y_{flow}", mine, theirs)):
            for name in (key, f"{key}_variance"):
                if name in a and name in b:
                    total[name] = _added(a[name], b[name], left, right)
            if "mean" in a:
                both = _sum_of_spreads(_flow(a, key), _flow(b, key), left, right)
                total |= {f"{key}_{name}": [bin[name] for bin in both] for name in SPREAD}
    if "mean" in a:
        empty: list[dict[str, Any]] = [{}] * height
        sides = [
            _placed([_placed(spreads(_column(part, i)), ys, height) for i in range(len(xs))], xs, width)
            for part, xs, ys in ((a, mine, low), (b, theirs, high))
        ]
        sums = [
            [sum_of_bins(p or {}, q or {}) for p, q in zip(one or empty, other or empty, strict=True)]
            for one, other in zip(*sides, strict=True)
        ]
        total |= {key: [[bin[key] for bin in column] for column in sums] for key in _Spread().fields}
    return total


def _column(part: dict[str, Any], x: int) -> dict[str, Any]:
    """The bins of one x of a profile of two axes, as a profile has them."""
    return {"title": part.get("title")} | {key: part[key][x] for key in ("bin_counts", *SPREAD)}


def _flow(part: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """What a profile of two axes knows of the bins on one of its sides."""
    bins = {"title": part.get("title"), "bin_counts": part[key]}
    return spreads(bins | {name: part[f"{key}_{name}"] for name in SPREAD})


def _sum_of_spreads(
    a: list[dict[str, Any]], b: list[dict[str, Any]], mine: list[int], theirs: list[int]
) -> list[dict[str, Any]]:
    size = max([*mine, *theirs], default=-1) + 1
    pairs = zip(_placed(a, mine, size), _placed(b, theirs, size), strict=True)
    return [sum_of_bins(one or {}, other or {}) for one, other in pairs]


def _union(
    a: dict[str, Any], b: dict[str, Any], axis: str, edges: str, overflow: str
) -> tuple[dict[str, Any], list[int], list[int]]:
    """The fields of an axis for the bins of two, and where the bins of each are in it."""
    names, others = a[axis].get("categories"), b[axis].get("categories")
    if names is None or others is None or names == others:
        if a[edges] != b[edges] or names != others:
            raise HitmonError(f"the bins of `{b.get('title')}` are not the same in all windows")
        same = list(range(len(a[edges]) - 1))
        return {}, same, same
    both = list(dict.fromkeys([*names, *others]))
    for part, own in ((a, names), (b, others)):
        lacking = next((name for name in both if name not in own), None)
        if lacking is not None and _is_filled(part, overflow):
            raise HitmonError(
                f"one window of `{b.get('title')}` has no category {lacking}, which another has, and its overflow may "
                "be of it"
            )
    places = {name: place for place, name in enumerate(both)}
    fields = {axis: a[axis] | {"categories": both}, edges: list(range(len(both) + 1))}
    return fields, [places[name] for name in names], [places[name] for name in others]


def _is_filled(part: dict[str, Any], overflow: str) -> bool:
    """Whether anything lies there. Weights may cancel, and their variances do not."""
    found = [part.get(key, 0) for key in (overflow, f"{overflow}_variance")]
    return any(any(value) if isinstance(value, list) else value for value in found)


def _placed(values: list[Any], places: list[int], size: int) -> list[Any]:
    if len(values) != len(places):
        raise HitmonError(f"a message is damaged: it has {len(values)} numbers for {len(places)} bins")
    placed = [0] * size
    for place, value in zip(places, values, strict=True):
        placed[place] = value
    return placed


def _added(a: list[Any], b: list[Any], mine: list[int], theirs: list[int]) -> list[Any]:
    size = max([*mine, *theirs], default=-1) + 1
    return [_add(x, y) for x, y in zip(_placed(a, mine, size), _placed(b, theirs, size), strict=True)]


def _add(a: Any, b: Any) -> Any:
    return (a or 0) + (b or 0)


@dataclasses.dataclass(frozen=True)
class _Spread:
    """How the values of a bin lie: number, sum, sum of squares, and sum of squared distances from the mean."""

    count: int = 0
    sum: Fraction = Fraction(0)
    squares: float = 0.0
    deviations: float = 0.0

    @staticmethod
    def read(part: dict[str, Any]) -> _Spread:
        """The spread of a bin with rows, of its fields in a message."""
        count, squares, deviations = part["bin_counts"], part["sum_of_squares"], part.get("sum_of_squared_deviations")
        whole = Fraction(part["sum"]) + Fraction(part.get("sum_remainder") or 0)
        if deviations is None:
            # Messages of earlier versions say no more.
            deviations = float(max(Fraction(0), Fraction(squares) - whole * whole / count))
        return _Spread(count, whole, squares, deviations)

    def __add__(self, other: _Spread) -> _Spread:
        """By the parallel form (Chan, Golub and LeVeque, 1979): a mean far from 0 costs no digits."""
        if not self.count or not other.count:
            return self if self.count else other
        count = self.count + other.count
        distance = float(other.sum / other.count - self.sum / self.count)
        between = distance * distance * (self.count / count * other.count)
        return _Spread(
            count, self.sum + other.sum, self.squares + other.squares, self.deviations + other.deviations + between
        )

    @property
    def fields(self) -> dict[str, Any]:
        whole = float(self.sum)
        return {
            "sum": whole,
            "sum_remainder": float(self.sum - Fraction(whole)),
            "sum_of_squares": self.squares,
            "sum_of_squared_deviations": self.deviations,
            "mean": float(self.sum / self.count) if self.count else None,
            "error": (self.deviations / (self.count - 1) / self.count) ** 0.5 if self.count > 1 else None,
        }


def _add_spreads(
    total: dict[str, Any], a: dict[str, Any], b: dict[str, Any], mine: list[int], theirs: list[int]
) -> None:
    sums = _sum_of_spreads(spreads(a), spreads(b), mine, theirs)
    total |= {key: [bin[key] for bin in sums] for key in _Spread().fields}
    for flow in FLOWS:
        ends = [{"bin_counts": part[flow]} | {key: part.get(f"{flow}_{key}") for key in SPREAD} for part in (a, b)]
        both = sum_of_bins(ends[0], ends[1])
        total |= {f"{flow}_{key}": both[key] for key in SPREAD}


def spreads(part: dict[str, Any]) -> list[dict[str, Any]]:
    """What a profile knows of each of its bins."""
    count = len(part["bin_counts"])
    columns = {key: part.get(key) or [None] * count for key in ("bin_counts", *SPREAD)}
    if short := next((key for key, column in columns.items() if len(column) != count), None):
        raise HitmonError(f"`{part.get('title')}` has {len(columns[short])} values of `{short}` for {count} bins")
    return [{key: column[i] for key, column in columns.items()} for i in range(count)]


def sum_of_bins(a: dict[str, Any], b: dict[str, Any]) -> dict[str, Any]:
    parts = [part for part in (a, b) if part.get("bin_counts")]
    if any(part.get("sum") is None or part.get("sum_of_squares") is None for part in parts):
        # Beyond the doubles, or of a version that did not say it.
        return dict.fromkeys(_Spread().fields)
    total = _Spread()
    for part in parts:
        total += _Spread.read(part)
    return total.fields
