"""Results in the form of UHI, as hist and boost-histogram read them, against the same results in hitmon's own form."""

import json
import math
import pathlib
import subprocess
import tempfile
import unittest

from program import ENVIRONMENT, PROGRAM

try:
    import boost_histogram
    import boost_histogram.serialization
    import hist
    import numpy as np
    import uhi.io.json
    import uhi.schema
except ImportError as error:
    missing = str(error)
else:
    missing = None

PIPELINE = """
pipeline: uhi
uses: [detectors/minidt]
sources: {telescope: {simulate: {rate: max, seed: 3, rows: 20000}}}
window: {rows: 10000}
histograms:
  occupancy: {of: wire, bins: 60 from 2 to 62, per: chamber, title: Hits per wire}
  drift_time: {of: drift, bins: 140 from -100 ns to 600 ns, per: chamber, where: orbit.t0 is known}
  uneven: {of: wire, bins: [0, 8, 24, 48]}
  boards: {of: FPGA, bins: "categories 0, 7"}
  weighted: {of: wire, bins: 10 from 8 to 48, weight: drift}
  map: {of: [wire, time], bins: [8 from 8 to 40, [0 us, 30 us, 80 us]]}
  weighted_map: {of: [wire, FPGA], bins: [4 from 8 to 40, "categories 1"], weight: TDC_MEAS}
  mean_drift: {profile: drift, against: wire, bins: 64 from 0 to 64, where: orbit.t0 is known}
  few: {profile: drift, against: wire, bins: 200 from 10 to 20, where: orbit.t0 is known and ORBIT_CNT % 97 == 0}
  by_board: {profile: drift, against: FPGA, bins: "categories 1", where: orbit.t0 is known}
  mean_map: {profile: drift, against: [wire, FPGA], bins: [8 log from 2 to 60, "categories 1"], where: drift is known}
  active: {plot: orbit.active, against: ORBIT_CNT, per: chamber, points: 100}
  all: {count: hits}
sinks:
  - file: {path: json.jsonl}
  - file: {path: uhi.jsonl, format: uhi}
"""


def run():
    """The same run in both forms: two lists of messages."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        (path / "uhi.yaml").write_text(PIPELINE)
        subprocess.run([PROGRAM, "run", "uhi.yaml", "--quiet"], cwd=folder, env=ENVIRONMENT, check=True)
        own = [json.loads(line) for line in (path / "json.jsonl").read_text().splitlines()]
        plain = [json.loads(line) for line in (path / "uhi.jsonl").read_text().splitlines()]
        return own, plain


def numbers(values):
    return np.array([math.nan if value is None else value for value in values], dtype=float)


def with_flow(form, name="bin_counts"):
    """A histogram's bins with the flow bins at their ends, as UHI has them: categories have no underflow."""
    flow = {"bin_counts": ("underflow", "overflow"), "bin_variances": ("underflow_variance", "overflow_variance")}
    below, above = flow[name]
    values = numbers([form[below], *form[name], form[above]])
    return values[1:] if "categories" in form["axis"] else values


def load(form):
    arrays = json.loads(json.dumps(form), object_hook=uhi.io.json.object_hook)
    return boost_histogram.serialization.from_uhi(arrays)


@unittest.skipIf(missing, f"the packages of Tests/Python/requirements.txt are not there: {missing}")
class UHITest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.own, cls.plain = run()

    def pairs(self):
        """Every histogram: its name, its own form, its UHI object, and what boost-histogram makes of that."""
        return [
            (name, own["histograms"][name], form, load(form))
            for own, plain in zip(self.own, self.plain, strict=True)
            for name, form in plain["histograms"].items()
        ]

    def check_axis(self, axis, edges, form):
        if "categories" in form:
            self.assertEqual(list(axis), form["categories"])
            self.assertTrue(axis.traits.overflow)
        else:
            np.testing.assert_allclose(axis.edges, edges, rtol=0, atol=1e-9 * np.diff(edges).min())
            self.assertTrue(axis.traits.underflow and axis.traits.overflow)

    def test_envelope(self):
        self.assertEqual(len(self.own), 2)
        for own, plain in zip(self.own, self.plain, strict=True):
            self.assertEqual(plain["format"], "uhi")
            self.assertNotIn("format", own)
            for key in own.keys() - {"histograms"}:
                self.assertEqual(own[key], plain[key])
            points = {name: form for name, form in own["histograms"].items() if "x" in form}
            self.assertEqual(len(points), 4)
            self.assertEqual(plain["points"], points)
            self.assertEqual(own["histograms"].keys(), plain["histograms"].keys() | points.keys())
            self.assertGreater(len(plain["histograms"]), 15)

    def test_schema(self):
        for plain in self.plain:
            uhi.schema.validate(plain["histograms"])
        for _, _, form, _ in self.pairs():
            uhi.schema.validate_histogram(form)

    def test_names(self):
        for name, own, form, loaded in self.pairs():
            histogram = hist.Hist(loaded)
            self.assertEqual(histogram.name, name)
            self.assertEqual(histogram.label, own["title"])
            self.assertEqual(form["metadata"]["unknown"], own["unknown"])
            # hist gives an axis without a label one of its own.
            self.assertEqual(histogram.axes[0].label, own["axis"]["label"] or "Axis 0")
            self.assertEqual(form["axes"][0]["metadata"]["unit"], own["axis"]["unit"])

    def test_counts(self):
        seen = 0
        for _, own, _, histogram in self.pairs():
            if "x_edges" in own or "sum" in own or "bin_variances" in own:
                continue
            seen += 1
            self.check_axis(histogram.axes[0], own["bin_edges"], own["axis"])
            self.assertEqual(histogram.storage_type, boost_histogram.storage.Int64)
            np.testing.assert_array_equal(histogram.values(flow=True), with_flow(own))
        self.assertEqual(seen, 2 * (4 + 4 + 3))

    def test_weights(self):
        seen = 0
        for _, own, _, histogram in self.pairs():
            if "bin_variances" not in own or "x_edges" in own:
                continue
            seen += 1
            self.check_axis(histogram.axes[0], own["bin_edges"], own["axis"])
            np.testing.assert_array_equal(histogram.values(flow=True), with_flow(own))
            np.testing.assert_array_equal(histogram.variances(flow=True), with_flow(own, "bin_variances"))
            self.assertGreater(own["underflow_variance"], 0)
        self.assertEqual(seen, 2)

    def test_maps(self):
        seen = weighted = 0
        for _, own, _, histogram in self.pairs():
            if "x_edges" not in own or "sum" in own:
                continue
            seen += 1
            self.check_axis(histogram.axes[0], own["x_edges"], own["axis"])
            self.check_axis(histogram.axes[1], own["y_edges"], own["y_axis"])

            def expected(bins, suffix="", own=own):
                below, above = own[f"y_underflow{suffix}"], own[f"y_overflow{suffix}"]
                inside = [[low, *row, high] for low, row, high in zip(below, own[bins], above, strict=True)]
                ends = own[f"x_underflow{suffix}"], own[f"x_overflow{suffix}"]
                values = np.array([ends[0], *inside, ends[1]], dtype=float)
                return values[:, 1:] if "categories" in own["y_axis"] else values

            np.testing.assert_array_equal(histogram.values(flow=True), expected("bin_counts"))
            if "bin_variances" in own:
                weighted += 1
                self.assertEqual(histogram.storage_type, boost_histogram.storage.Weight)
                np.testing.assert_array_equal(
                    histogram.variances(flow=True), expected("bin_variances", "_variance")
                )
        self.assertEqual((seen, weighted), (4, 2))

    def test_profiles(self):
        seen = 0
        for name, own, form, histogram in self.pairs():
            if "sum" not in own or "x_edges" in own:
                continue
            seen += 1
            self.check_axis(histogram.axes[0], own["bin_edges"], own["axis"])
            self.assertEqual(histogram.kind, "MEAN")
            self.assertEqual(form["metadata"]["value_unit"], "ns")
            np.testing.assert_array_equal(histogram.counts(flow=True), with_flow(own))
            counts = histogram.counts()
            filled, several = counts > 0, counts > 1
            np.testing.assert_array_equal(histogram.values()[filled], numbers(own["mean"])[filled])
            # boost-histogram's variances are those of the mean.
            np.testing.assert_allclose(
                np.sqrt(histogram.variances()[several]), numbers(own["error"])[several], rtol=1e-12, atol=1e-9
            )
            if name == "mean_drift":
                self.assertGreater(several.sum(), 60)
            if name == "few":
                self.assertGreater((~filled).sum(), 0)
                below = histogram.values(flow=True)[0]
                self.assertAlmostEqual(below, own["underflow_sum"] / own["underflow"])
        self.assertEqual(seen, 6)

    def test_profiles_of_two_axes(self):
        seen = 0
        for name, own, form, histogram in self.pairs():
            if name != "mean_map":
                continue
            seen += 1
            self.check_axis(histogram.axes[0], own["x_edges"], own["axis"])
            self.check_axis(histogram.axes[1], own["y_edges"], own["y_axis"])
            self.assertEqual((histogram.kind, form["metadata"]["value_unit"]), ("MEAN", "ns"))
            np.testing.assert_array_equal(histogram.counts(), own["bin_counts"])
            # Categories have no underflow; of x there is what is below 2 and above 60.
            np.testing.assert_array_equal(histogram.counts(flow=True)[0], own["x_underflow"][1:])
            np.testing.assert_array_equal(histogram.counts(flow=True)[1:-1, -1], own["y_overflow"])
            means = np.array([numbers(column) for column in own["mean"]])
            errors = np.array([numbers(column) for column in own["error"]])
            several = histogram.counts() > 1
            self.assertGreater(several.sum(), 5)
            np.testing.assert_array_equal(histogram.values()[several], means[several])
            np.testing.assert_allclose(np.sqrt(histogram.variances()[several]), errors[several], rtol=1e-12)
        self.assertEqual(seen, 2)

    def test_adding_windows_up(self):
        first, second = (load(message["histograms"]["mean_drift"]) for message in self.plain)
        both = first + second
        own = [message["histograms"]["mean_drift"] for message in self.own]
        counts = sum(numbers(form["bin_counts"]) for form in own)
        sums = sum(numbers(form["sum"]) for form in own)
        squares = sum(numbers(form["sum_of_squares"]) for form in own)
        filled = counts > 1
        np.testing.assert_array_equal(both.counts(), counts)
        np.testing.assert_allclose(both.values()[filled], (sums / np.maximum(counts, 1))[filled], rtol=1e-12)
        spread = squares - sums**2 / np.maximum(counts, 1)
        np.testing.assert_allclose(
            both.variances()[filled], (spread / np.maximum(counts - 1, 1) / np.maximum(counts, 1))[filled], rtol=1e-6
        )


if __name__ == "__main__":
    unittest.main()
