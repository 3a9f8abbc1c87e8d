"""Results that are added up: categories by name, means far from 0, weighted histograms of two axes; by the package and
by the live page's own code. The truth is made of fractions."""

import json
import math
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest
from fractions import Fraction

from live_page import PageTest
from program import ENVIRONMENT, PROGRAM, ROOT

sys.path.insert(0, str(ROOT / "python"))

from hitmon import kernel, merging

AXIS = {"label": "x", "unit": ""}
TIME = {"label": "y", "unit": "ns"}


def counts(names, values, overflow=0):
    """A histogram of categories."""
    return {"title": "boards", "axis": {**AXIS, "categories": names}, "bin_edges": list(range(len(names) + 1)),
            "bin_counts": values, "underflow": 0, "overflow": overflow, "unknown": 1}  # fmt: skip


def exact(ys):
    """Mean, its error, and the sum of squared deviations."""
    n = len(ys)
    mean = Fraction(sum(ys), n)
    deviations = sum((y - mean) ** 2 for y in ys)
    return float(mean), math.sqrt(deviations / (n - 1) / n), float(deviations)


def profile(ys, other=(3, 5)):
    """A profile of two bins, of whole numbers: `ys` and `other`."""
    columns = []
    for values in (ys, other):
        mean, error, deviations = exact(values)
        high = float(sum(values))
        columns.append(
            {"bin_counts": len(values), "mean": mean, "error": error, "sum": high,
             "sum_remainder": float(sum(values) - Fraction(high)), "sum_of_squares": float(sum(y * y for y in values)),
             "sum_of_squared_deviations": deviations}  # fmt: skip
        )
    fields = {key: [column[key] for column in columns] for key in columns[0]}
    flows = {}
    for flow in ("underflow", "overflow"):
        flows |= {flow: 0} | {f"{flow}_{key}": 0 for key in columns[0] if key.startswith("sum")}
    return {"title": "t", "axis": AXIS, "y_axis": TIME, "bin_edges": [0, 1, 2], "unknown": 0, **fields, **flows}


def weighted_map(names, values, unknown=0):
    """A histogram of categories and of two bins, with a weight: `values` is a list for each category."""
    flow = [0, *(100 + number for number in range(2)), 0]
    return {
        "title": "m", "axis": {**AXIS, "categories": names}, "y_axis": TIME, "x_edges": list(range(len(names) + 1)),
        "y_edges": [0, 1, 2], "bin_counts": values, "bin_variances": [[v * v for v in row] for row in values],
        "bin_entries": [[1, 1] for _ in values], "x_underflow": flow, "x_overflow": [0] * 4,
        "y_underflow": [row[0] / 2 for row in values], "y_overflow": [0] * len(names),
        "x_underflow_variance": flow, "x_overflow_variance": [0] * 4,
        "y_underflow_variance": [row[0] / 4 for row in values], "y_overflow_variance": [0] * len(names),
        "unknown": unknown,
    }  # fmt: skip


VECTORS = json.loads((ROOT / "Tests/Vectors/merging.json").read_text())


def by_name(histogram):
    """The numbers that add up, those of categories by their names; one x of points has one y here."""
    if "x" in histogram:
        return dict(zip(histogram["x"], histogram["y"], strict=True)) | {"omitted": histogram["omitted"]}
    axes = [histogram["axis"].get("categories"), histogram.get("y_axis", {}).get("categories")]
    found = {key: histogram[key] for key in ("unknown", "underflow", "overflow") if key in histogram}
    for key in ("bin_counts", "bin_variances", "bin_entries", "sum", "sum_of_squares", "sum_of_squared_deviations"):
        for place, value in enumerate(histogram.get(key) or []):
            found[key, axes[0][place] if axes[0] else place] = value
    return found


FAR = [0, 10**9, 1_700_000_000_000, 1_700_000_000_000_000_000]
# What cannot be added up: changes of the second of two histograms.
OTHERS = [
    {"bin_edges": [0, 1, 3]},
    {"axis": {"label": "x", "unit": "ns"}},
    {"y_axis": {"label": "y", "unit": "us"}},
]


class PackageTest(unittest.TestCase):
    def test_categories_are_added_by_name(self):
        total = merging.merged([counts(["A", "B"], [1, 2]), counts(["B", "A"], [10, 20]), counts(["C"], [100])])
        found = dict(zip(total["axis"]["categories"], total["bin_counts"], strict=True))
        self.assertEqual(found, {"A": 21, "B": 12, "C": 100})
        self.assertEqual(total["bin_edges"], [0, 1, 2, 3])
        self.assertEqual(total["unknown"], 3)

    def test_as_the_program(self):
        for vector in VECTORS:
            with self.subTest(vector["name"]):
                if "refused" in vector:
                    for parts in (vector["parts"], vector["parts"][::-1]):
                        self.assertRaises(kernel.HitmonError, merging.merged, parts)
                else:
                    self.assertEqual(by_name(merging.merged(vector["parts"])), by_name(vector["sum"]))

    def test_maps_are_added_by_name(self):
        first, second = weighted_map(["A", "B"], [[1, 2], [3, 4]], 1), weighted_map(["B", "C"], [[10, 20], [30, 40]], 2)
        total = merging.merged([first, second])
        self.assertEqual(total["axis"]["categories"], ["A", "B", "C"])
        self.assertEqual(total["bin_counts"], [[1, 2], [13, 24], [30, 40]])
        self.assertEqual(total["bin_variances"], [[1, 4], [109, 416], [900, 1600]])
        self.assertEqual(total["bin_entries"], [[1, 1], [2, 2], [1, 1]])
        self.assertEqual(total["x_underflow"], [0, 200, 202, 0])
        self.assertEqual(total["y_underflow"], [0.5, 6.5, 15])
        self.assertEqual(total["y_underflow_variance"], [0.25, 3.25, 7.5])
        self.assertEqual(total["unknown"], 3)

    def test_what_differs_is_refused(self):
        for change in OTHERS:
            with self.subTest(change), self.assertRaises(kernel.HitmonError):
                merging.merged([profile([1, 2]), {**profile([1, 2]), **change}])
        with self.assertRaisesRegex(kernel.HitmonError, "`t` has 1 values of `sum` for 2 bins"):
            merging.merged([profile([1, 2]), {**profile([1, 2]), "sum": [3.0]}])
        with self.assertRaisesRegex(kernel.HitmonError, "the bins of `boards` are not the same"):
            plain = {**counts(["A", "B"], [1, 2]), "axis": AXIS}
            merging.merged([counts(["A", "B"], [1, 2]), plain])

    def test_lists_of_another_length_are_refused(self):
        for damaged in (counts(["B", "A"], [10]), counts(["A", "B"], [10]), counts(["A", "B"], [10, 20, 30])):
            with self.assertRaisesRegex(kernel.HitmonError, r"it has \d numbers for 2 bins"):
                merging.merged([counts(["A", "B"], [1, 2]), damaged])
        first = weighted_map(["A", "B"], [[1, 2], [3, 4]])
        for change in ({"bin_counts": [[1, 2]]}, {"bin_counts": [[1], [2]]}, {"y_overflow": [0]}):
            with self.subTest(change), self.assertRaisesRegex(kernel.HitmonError, "a message is damaged"):
                merging.merged([first, {**first, **change}])

    def test_means_far_from_zero(self):
        for origin in FAR:
            draw = random.Random(5)
            parts = [[origin + draw.randint(-3, 3) for _ in range(draw.randint(1, 9) + 1)] for _ in range(60)]
            total = merging.merged([profile(part) for part in parts])
            mean, error, deviations = exact([y for part in parts for y in part])
            with self.subTest(origin):
                self.assertEqual(total["mean"][0], mean)
                self.assertAlmostEqual(total["error"][0] / error, 1, places=13)
                self.assertAlmostEqual(total["sum_of_squared_deviations"][0] / deviations, 1, places=13)
                whole = sum(y for part in parts for y in part)
                self.assertEqual(int(total["sum"][0]) + int(total["sum_remainder"][0]), whole)
                self.assertEqual(total["mean"][1], 4)

    def test_messages_of_earlier_versions(self):
        old = [profile([1, 2, 9]), profile([4, 5])]
        for part in old:
            for key in list(part):
                if key.endswith(("sum_remainder", "squared_deviations")):
                    del part[key]
        total = merging.merged(old)
        mean, error, _ = exact([1, 2, 9, 4, 5])
        self.assertEqual(total["mean"][0], mean)
        self.assertAlmostEqual(total["error"][0], error, places=12)


class RunTest(unittest.TestCase):
    """Windows of a run, added up, are the whole of it."""

    def run_over(self, folder, rows, window):
        pipeline = pathlib.Path(folder) / "p.yaml"
        pipeline.write_text(
            "pipeline: p\nrecord: {format: csv, header: 'no', fields: {x: u8, y: i64 ns, w: f64}}\nhistograms:\n"
            "  p: {profile: y, against: x, bins: 2 from 0 to 2}\n"
            "  m: {of: [x, w], bins: ['categories 0, 1', 2 from 0 to 1], weight: w}\n"
        )
        (pathlib.Path(folder) / "rows.txt").write_text(rows)
        words = [PROGRAM, "run", "p.yaml", "--input", "rows.txt", "--window", window, "--results", "out.jsonl", "-q"]
        out = pathlib.Path(folder) / "out.jsonl"
        out.unlink(missing_ok=True)
        subprocess.run(words, check=True, env=ENVIRONMENT, cwd=folder)
        return [json.loads(line)["histograms"] for line in out.read_text().splitlines()]

    def test_windows_add_up(self):
        draw = random.Random(9)
        ys = [1_700_000_000_000_000_000 + draw.randint(-50, 50) for _ in range(700)]
        weights = [draw.randint(0, 40) / 32 for _ in ys]
        with tempfile.TemporaryDirectory(prefix="hitmon-merging-") as folder:
            rows = "".join(f"1,{y},{w}\n" for y, w in zip(ys, weights, strict=True))
            [whole] = self.run_over(folder, rows, "all")
            many = self.run_over(folder, rows, "rows: 40")
        self.assertEqual(len(many), 18)
        p, m = (merging.merged([one[name] for one in many]) for name in "pm")
        mean, error, _ = exact(ys)
        for one in (p, whole["p"]):
            self.assertEqual(one["mean"][1], mean)
            self.assertAlmostEqual(one["error"][1] / error, 1, places=12)
        for one in (m, whole["m"]):
            inside = [[w for w in weights if low <= w < low + 0.5] for low in (0, 0.5)]
            self.assertEqual(one["bin_counts"], [[0, 0], [sum(part) for part in inside]])
            self.assertEqual(one["bin_variances"], [[0, 0], [sum(w * w for w in part) for part in inside]])
            self.assertEqual(one["bin_entries"], [[0, 0], [len(part) for part in inside]])
            above = [w for w in weights if w >= 1]
            self.assertEqual(one["y_overflow"], [0, sum(above)])
            self.assertEqual(one["y_overflow_variance"], [0, sum(w * w for w in above)])


SERVED = """
pipeline: served
record: {format: csv, fields: {a: u8}}
histograms: {h: {of: a, bins: 4 from 0 to 4}}
sinks: [{dashboard: {port: 0}}]
"""

ADD = """async ([parts, sign]) => {
  const { combine, readResult, plainResult } = await import('/assets/results.js');
  let total = readResult(parts[0]);
  for (const part of parts.slice(1)) {
    total = combine(total, readResult(part), sign);
    if (total === null) return null;
  }
  const { values, errors } = total;
  return { ...plainResult(total), values: Array.from(values), errors: errors && Array.from(errors) };
}"""

REFERENCE = """async ([frozen, result]) => {
  const { readResult, referenceIn } = await import('/assets/results.js');
  const reference = referenceIn(frozen, readResult(result));
  return reference && { values: Array.from(reference.values), categories: reference.categories };
}"""

WINDOWS = """async (messages) => {
  const { Model } = await import('/assets/model.js');
  const { coverageOf } = await import('/assets/coverage.js');
  const model = new Model();
  messages.forEach((histogram, index) => model.takeWindow({ run: 'r', window: { index, kind: 'rows' }, counts: {},
    histograms: { h: histogram } }));
  return ['last', 'all'].map((over) => {
    const { result, ...covers } = model.accumulate('h', { over, last: 10 });
    return { values: Array.from(result.values), text: coverageOf({ over }, { covers }, model) };
  });
}"""


class PageNumbersTest(PageTest):
    """The page's own sums, run in the browser."""

    def setUp(self):
        super().setUp()
        rows = self.folder / "rows.txt"
        rows.write_text("a\n1\n")
        hitmon = self.serve(self.write(SERVED), "--input", str(rows), "--keep-open")
        self.page = self.open(hitmon.address)

    def add(self, *parts, sign=1):
        return self.page.evaluate(ADD, [list(parts), sign])

    def test_categories_are_added_by_name(self):
        total = self.add(counts(["A", "B"], [1, 2]), counts(["B", "A"], [10, 20]), counts(["C"], [100]))
        found = dict(zip(total["axis"]["categories"], total["bin_counts"], strict=True))
        self.assertEqual(found, {"A": 21, "B": 12, "C": 100})
        self.assertEqual(total["unknown"], 3)
        rest = self.add(total, counts(["B", "A", "C"], [10, 20, 100]), sign=-1)
        left = dict(zip(rest["axis"]["categories"], rest["bin_counts"], strict=True))
        self.assertEqual(left, {"A": 1, "B": 2, "C": 0})

    def test_as_the_program(self):
        for vector in VECTORS:
            with self.subTest(vector["name"]):
                if "refused" in vector:
                    for parts in (vector["parts"], vector["parts"][::-1]):
                        self.assertIsNone(self.add(*parts))
                elif "x" not in vector["sum"]:
                    # The page does not keep where outside of a map rows lie.
                    self.assertEqual(by_name(self.add(*vector["parts"])), by_name(vector["sum"]))

    def test_maps_are_added_by_name(self):
        total = self.add(weighted_map(["A", "B"], [[1, 2], [3, 4]]), weighted_map(["B", "C"], [[10, 20], [30, 40]]))
        self.assertEqual(total["axis"]["categories"], ["A", "B", "C"])
        self.assertEqual(total["bin_counts"], [[1, 2], [13, 24], [30, 40]])
        self.assertEqual(total["bin_variances"], [[1, 4], [109, 416], [900, 1600]])
        self.assertEqual(total["bin_entries"], [[1, 1], [2, 2], [1, 1]])

    def test_what_differs_is_not_added(self):
        for change in OTHERS:
            with self.subTest(change):
                self.assertIsNone(self.add(profile([1, 2]), {**profile([1, 2]), **change}))
        self.assertIsNone(self.add(counts(["A", "B"], [1, 2]), {**counts(["A", "B"], [1, 2]), "axis": AXIS}))

    def test_means_far_from_zero(self):
        for origin in FAR:
            draw = random.Random(5)
            parts = [[origin + draw.randint(-3, 3) for _ in range(draw.randint(1, 9) + 1)] for _ in range(60)]
            total = self.add(*map(profile, parts))
            mean, error, _ = exact([y for part in parts for y in part])
            with self.subTest(origin):
                self.assertEqual(total["values"], [mean, 4])
                self.assertAlmostEqual(total["errors"][0] / error, 1, places=13)
                # Since a reset: the difference of two totals.
                rest = self.add(total, *map(profile, parts[:30]), sign=-1)
                mean, error, _ = exact([y for part in parts[30:] for y in part])
                self.assertEqual(rest["values"], [mean, 4])
                self.assertAlmostEqual(rest["errors"][0] / error, 1, places=11)

    def test_references_are_placed_by_name(self):
        frozen = {"edges": [0, 1, 2], "unit": "", "categories": ["A", "B"], "values": [5, 7], "errors": [1, 1]}
        found = self.page.evaluate(REFERENCE, [frozen, counts(["B", "C", "A"], [0, 0, 0])])
        self.assertEqual(found, {"values": [7, 0, 5], "categories": ["B", "C", "A"]})
        self.assertIsNone(self.page.evaluate(REFERENCE, [{**frozen, "unit": "ns"}, counts(["A", "B"], [0, 0])]))

    def test_windows_with_other_bins_are_left_out_and_said(self):
        windows = [counts(["A", "B"], [1, 1])] + [{**counts(["A", "B"], [2, 3]), "axis": AXIS} for _ in range(2)]
        for found in self.page.evaluate(WINDOWS, windows):
            self.assertEqual(found["values"], [4, 6])
            self.assertIn("2 windows; windows before have other bins and are left out", found["text"])
        for found in self.page.evaluate(WINDOWS, [counts(["A", "B"], [1, 2]), counts(["B", "A"], [1, 2])]):
            self.assertEqual(found["values"], [3, 3])
            self.assertNotIn("left out", found["text"])


if __name__ == "__main__":
    unittest.main()
