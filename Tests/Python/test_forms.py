"""What the dashboard gives to other programs: ROOT's form beside what uproot reads of the same histograms, and metrics
as Prometheus' own client parses them."""

import json
import pathlib
import re
import subprocess
import tempfile
import unittest
import urllib.parse
import urllib.request

from program import ENVIRONMENT, PROGRAM

try:
    import boost_histogram
    import hist
    import numpy as np
    import uhi.io.json
    import uproot
    import uproot.models.TH
    from prometheus_client.parser import text_string_to_metric_families
except ImportError as error:
    missing = str(error)
else:
    missing = None

PIPELINE = """
pipeline: forms
uses: [detectors/minidt]
sources: {telescope: {simulate: {rate: max, seed: 3, rows: 20000}}}
window: {rows: 10000}
histograms:
  occupancy: {of: wire, bins: 60 from 2 to 62, per: chamber, title: Hits per wire}
  uneven: {of: wire, bins: [0, 8, 24, 48]}
  boards: {of: FPGA, bins: "categories 0, 7"}
  weighted: {of: wire, bins: 10 from 8 to 48, weight: TDC_MEAS}
  map: {of: [wire, time], bins: [8 from 8 to 40, 5 from 0 us to 80 us]}
  mean_map: {profile: TDC_MEAS, against: [wire, FPGA], bins: [8 from 8 to 40, "integers 0..1"]}
  gaps: {of: TDC_MEAS, bins: 8 log from 1 to 100}
  mean_drift: {profile: drift, against: wire, bins: 16 from 0 to 64, where: orbit.t0 is known}
  active: {plot: orbit.active, against: ORBIT_CNT, per: chamber, points: 100}
sinks:
  - file: {path: results.jsonl}
"""


@unittest.skipIf(missing, f"the packages of Tests/Python/requirements.txt are not there: {missing}")
class FormsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        path = pathlib.Path(cls.folder.name)
        (path / "forms.yaml").write_text(PIPELINE)
        subprocess.run([PROGRAM, "run", "forms.yaml", "--quiet"], cwd=path, env=ENVIRONMENT, check=True)
        cls.messages = [json.loads(line) for line in (path / "results.jsonl").read_text().splitlines()]
        cls.server = subprocess.Popen(
            [PROGRAM, "dashboard", "results.jsonl", "--port", "0"], cwd=path, stderr=subprocess.PIPE, text=True)
        cls.address = re.search(r"http://\S+/", cls.server.stderr.readline()).group()
        while json.loads(cls.get("api/status"))["state"] != "finished":
            pass

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.wait()
        cls.server.stderr.close()
        cls.folder.cleanup()

    @classmethod
    def get(cls, target):
        with urllib.request.urlopen(cls.address + target) as answer:
            return answer.read().decode()

    def histogram(self, name, form, over="window"):
        return json.loads(self.get(f"api/histograms/{urllib.parse.quote(name)}.json?format={form}&over={over}"))

    def own(self, name):
        return self.messages[-1]["histograms"][name]

    def written_by_uproot(self, histogram):
        """The same kind of histogram as ROOT has it in a file, read back: its members are those that ROOT knows."""
        path = pathlib.Path(self.folder.name) / "histograms.root"
        with uproot.recreate(path) as file:
            file["h"] = histogram
        with uproot.open(path) as file:
            return file["h"].tojson()

    def test_members_of_root(self):
        for name, axes, kind in [
            ("occupancy/0", [hist.axis.Regular(60, 2, 62)], "TH1D"),
            ("map", [hist.axis.Regular(8, 8, 40), hist.axis.Regular(5, 0, 80)], "TH2D"),
        ]:
            form = self.histogram(name, "root")
            self.assertEqual(form["_typename"], kind)
            known = self.written_by_uproot(hist.Hist(*axes, storage=hist.storage.Double()))
            self.assertEqual(known["_typename"], kind)
            self.assertEqual(set(known) - set(form), set(), name)
            self.assertEqual(set(known["fXaxis"]) - set(form["fXaxis"]), set(), name)

    def test_members_of_a_profile_of_two_axes(self):
        # uproot reads them and cannot write one: their members are those of TH2D and its own.
        own = uproot.models.TH.Model_TProfile2D_v8.member_names
        self.assertIn("fTsumwz2", own)
        form = self.histogram("mean_map", "root")
        self.assertEqual(form["_typename"], "TProfile2D")
        plane = self.histogram("map", "root")
        self.assertEqual(set(form) - set(plane), set(own))
        self.assertEqual(set(plane) - set(form), set())

    def test_numbers_of_root(self):
        for name in ["occupancy/0", "uneven", "boards"]:
            own, form = self.own(name), self.histogram(name, "root")
            bins = [own["underflow"], *own["bin_counts"], own["overflow"]]
            self.assertEqual(form["fArray"], bins, name)
            self.assertEqual(form["fNcells"], len(bins))
            self.assertEqual(form["fEntries"], sum(bins))
            self.assertEqual(form["fXaxis"]["fNbins"], len(own["bin_counts"]))
            ends = [form["fXaxis"]["fXmin"], form["fXaxis"]["fXmax"]]
            self.assertEqual(ends, [own["bin_edges"][0], own["bin_edges"][-1]])
        self.assertEqual(self.histogram("uneven", "root")["fXaxis"]["fXbins"], [0, 8, 24, 48])
        labels = self.histogram("boards", "root")["fXaxis"]["fLabels"]["arr"]
        self.assertEqual([(label["fUniqueID"], label["fString"]) for label in labels], [(1, "0"), (2, "7")])
        weighted, form = self.own("weighted"), self.histogram("weighted", "root")
        self.assertEqual(form["fArray"][1:-1], weighted["bin_counts"])
        self.assertEqual(form["fSumw2"][1:-1], weighted["bin_variances"])
        plane, form = self.own("map"), self.histogram("map", "root")
        array = np.array(form["fArray"]).reshape(7, 10)
        self.assertEqual(array[1:-1, 1:-1].T.tolist(), plane["bin_counts"])
        self.assertEqual(array[:, 0].tolist(), plane["x_underflow"])
        self.assertEqual(array[-1, 1:-1].tolist(), plane["y_overflow"])
        mean, form = self.own("mean_map"), self.histogram("mean_map", "root")
        for key, own in [("fArray", "sum"), ("fSumw2", "sum_of_squares"), ("fBinEntries", "bin_counts")]:
            array = np.array(form[key]).reshape(4, 10)
            self.assertEqual(array[1:-1, 1:-1].T.tolist(), mean[own], key)
            flow = "" if own == "bin_counts" else f"_{own}"
            self.assertEqual(array[:, 0].tolist(), mean[f"x_underflow{flow}"], key)
            self.assertEqual(array[-1, 1:-1].tolist(), mean[f"y_overflow{flow}"], key)
        self.assertEqual(form["fTsumwz"], np.sum(mean["sum"]))
        self.assertEqual(self.histogram("gaps", "root")["fXaxis"]["fXbins"], self.own("gaps")["bin_edges"])
        mean, form = self.own("mean_drift"), self.histogram("mean_drift", "root")
        self.assertEqual(form["_typename"], "TProfile")
        self.assertEqual(form["fBinEntries"][1:-1], mean["bin_counts"])
        self.assertEqual(form["fArray"][1:-1], mean["sum"])
        self.assertEqual(form["fSumw2"][1:-1], mean["sum_of_squares"])
        points, form = self.own("active/0"), self.histogram("active/0", "root")
        self.assertEqual((form["_typename"], form["fX"], form["fY"]), ("TGraph", points["x"], points["y"]))

    def test_uhi_over_all_windows(self):
        text = json.dumps(self.histogram("occupancy/0", "uhi", "total"))
        form = json.loads(text, object_hook=uhi.io.json.object_hook)
        loaded = hist.Hist(boost_histogram.serialization.from_uhi(form))
        counts = sum(np.array(message["histograms"]["occupancy/0"]["bin_counts"]) for message in self.messages)
        self.assertEqual(loaded.values().tolist(), counts.tolist())
        self.assertEqual((loaded.axes[0].edges[0], loaded.axes[0].edges[-1]), (2, 62))

    def test_metrics(self):
        families = {family.name: family for family in text_string_to_metric_families(self.get("metrics"))}
        hits = families["hitmon_hits"].samples[0]
        self.assertEqual((hits.name, hits.labels), ("hitmon_hits_total", {"pipeline": "forms"}))
        self.assertEqual(hits.value, sum(message["counts"]["hits"] for message in self.messages))
        states = {sample.labels["state"]: sample.value for sample in families["hitmon_state"].samples}
        self.assertEqual(states, {"live": 0, "stalled": 0, "finished": 1, "lost": 0})
        self.assertEqual(families["hitmon_windows"].samples[0].value, len(self.messages))


if __name__ == "__main__":
    unittest.main()
