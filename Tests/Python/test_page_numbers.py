"""The numbers on the live page: those of the results, and those of the shared data."""

import csv
import io
import json
import re
import struct
import unittest
import zlib

from live_page import ROOT, SHARED, SIMULATED, PageTest, total

TELESCOPE = SHARED / "data/telescope/telescope_200k.txt"
EXPECTED = SHARED / "expected/telescope_200k.json"


class NumbersTest(PageTest):
    def results(self):
        return [json.loads(line) for line in (self.folder / "results.jsonl").read_text().splitlines()]

    def finished(self):
        """The page of a simulated run that has ended."""
        hitmon = self.serve(self.write(SIMULATED), "--keep-open")
        page = self.open(hitmon.address)
        self.wait_for_state(page, "finished")
        return hitmon, page

    @unittest.skipUnless(TELESCOPE.exists() and EXPECTED.exists(), f"there is no {TELESCOPE}")
    def test_telescope(self):
        expected = json.loads(EXPECTED.read_text())
        pipeline = ROOT / "pipelines/dt-chambers.yaml"
        hitmon = self.serve(pipeline, "--input", str(TELESCOPE), "--window", "all", "--port", "0", "--keep-open")
        page = self.open(hitmon.address)
        self.wait_for_state(page, "finished")
        self.assertEqual(self.number(page, "hits"), expected["hits"])
        self.assertEqual(self.number(page, "unmapped"), expected["hits_unmapped"])
        # Titles are those of the pipeline; whatever is arranged otherwise, there is a plot for each chamber.
        for title, product in [
            ("Hits per wire", "occupancy"),
            ("Hits per wire with a scintillator hit", "occupancy_scintillator"),
        ]:
            self.choose(page, title, "table")
            figures = self.figures(page, title)
            self.assertEqual(figures.count(), 4)
            for chamber in range(4):
                wanted = expected["chambers"][str(chamber)][product]
                self.assertEqual(self.counts(figures.nth(chamber)), wanted)
                self.assertIn(f"chamber {chamber}", figures.nth(chamber).get_attribute("aria-label"))

    def test_bins(self):
        _, page = self.finished()
        messages = self.results()
        self.assertEqual(len(messages), 4)
        self.assertEqual(self.number(page, "hits"), sum(message["counts"]["hits"] for message in messages))
        self.choose(page, "Hits per wire", "table")
        for chamber in range(4):
            figure = self.figures(page, "Hits per wire").nth(chamber)
            self.assertEqual(self.counts(figure), total(messages, f"occupancy/{chamber}"))
            self.assertIn(
                f"entries {sum(total(messages, f'occupancy/{chamber}')):,}".replace(",", "\u202f"),
                figure.get_attribute("aria-label"),
            )

    def test_coverage(self):
        """This window, the last ones, and all."""
        _, page = self.finished()
        messages = self.results()
        self.choose(page, "Hits per wire", "table")
        figure = self.figures(page, "Hits per wire").first
        page.get_by_role("button", name="This window").click()
        self.wait_for_counts(page, figure, messages[-1]["histograms"]["occupancy/0"]["bin_counts"])
        page.get_by_role("combobox", name="How many windows").select_option("2")
        self.wait_for_counts(page, figure, total(messages[-2:], "occupancy/0"))
        page.get_by_role("button", name="All", exact=True).click()
        self.wait_for_counts(page, figure, total(messages, "occupancy/0"))

    def test_history(self):
        """The slider of a finished run shows every window, and all until then."""
        _, page = self.finished()
        messages = self.results()
        self.choose(page, "Hits per wire", "table")
        figure = self.figures(page, "Hits per wire").first
        slider = page.get_by_role("slider", name="Window")
        slider.wait_for()
        self.wait_for(page, "() => document.querySelector('input[type=range]').max === '3'")
        slider.fill("1")
        self.wait_for_counts(page, figure, total(messages[:2], "occupancy/0"))
        page.get_by_role("button", name="This window").click()
        self.wait_for_counts(page, figure, messages[1]["histograms"]["occupancy/0"]["bin_counts"])
        slider.fill("0")
        self.wait_for_counts(page, figure, messages[0]["histograms"]["occupancy/0"]["bin_counts"])
        page.get_by_role("button", name="Newest").click()
        self.wait_for_counts(page, figure, messages[3]["histograms"]["occupancy/0"]["bin_counts"])

    def test_map(self):
        _, page = self.finished()
        messages = self.results()
        self.choose(page, "Wire against time", "table")
        columns = [
            total([{"histograms": {"x": {"bin_counts": column}}} for column in columns], "x")
            for columns in zip(*(message["histograms"]["wire_time"]["bin_counts"] for message in messages), strict=True)
        ]
        figure = self.figures(page, "Wire against time").first
        self.assertEqual(self.counts(figure, column=4), [count for column in columns for count in column])

    def test_means_of_two_axes_and_logarithmic_bins(self):
        pipeline = SIMULATED.replace("sinks:", """\
  mean_map: {profile: drift, against: [wire, chamber], bins: [16 from 0 to 64, integers 0..3], where: orbit.t0 is known}
  log_time: {of: drift, bins: 30 log from 1 ns to 1 us, where: orbit.t0 is known}
sinks:""")  # fmt: skip
        hitmon = self.serve(self.write(pipeline), "--keep-open")
        page = self.open(hitmon.address)
        self.wait_for_state(page, "finished")
        messages = self.results()
        for name in ("mean_map", "log_time"):
            self.choose(page, name, "table")
        # The mean of all windows, from the sums of each.
        parts = [message["histograms"]["mean_map"] for message in messages]
        figure = self.figures(page, "mean_map").first
        shown = [float(row[4]) for row in self.rows(figure)]
        self.assertEqual(len(shown), 64)
        for place, mean in enumerate(shown):
            x, y = divmod(place, 4)
            rows, whole = (sum(part[key][x][y] for part in parts) for key in ("bin_counts", "sum"))
            # The table shows six digits.
            self.assertAlmostEqual(mean / (whole / rows), 1, places=5)
        figure = self.figures(page, "log_time").first
        self.assertEqual(self.counts(figure, column=2), total(messages, "log_time"))
        # On the axis each decade is as wide as the others.
        places = figure.evaluate("({ figure }) => [1, 10, 100, 1000].map((edge) => figure.frame.x(edge))")
        widths = [right - left for left, right in zip(places, places[1:], strict=False)]
        self.assertGreater(min(widths), 50)
        self.assertAlmostEqual(max(widths), min(widths), places=6)

    def test_downloads(self):
        _, page = self.finished()
        messages = self.results()
        wanted = [count for chamber in range(4) for count in total(messages, f"drift_time/{chamber}")]
        self.figures(page, "Drift time").first.scroll_into_view_if_needed()
        with self.saved(page, "Drift time", "CSV") as path:
            rows = list(csv.DictReader(io.StringIO(path.read_text())))
        self.assertEqual([float(row["entries"]) for row in rows], wanted)
        self.assertEqual([float(row["drift from"]) for row in rows[:140]], [-100 + 5 * bin for bin in range(140)])
        self.assertEqual(rows[-1]["figure"], "chamber 3")
        with self.saved(page, "Drift time", "JSON") as path:
            saved = json.loads(path.read_text())
        self.assertEqual([row[2] for figure in saved["figures"] for row in figure["rows"]], wanted)
        self.assertEqual(saved["figures"][0]["x"], {"label": "drift", "unit": "ns"})
        self.assertEqual(saved["covers"]["windows"], 4)
        with self.saved(page, "Drift time", "PNG") as path:
            self.check_png(path.read_bytes())

    def check_png(self, picture):
        """That it is a PNG, large enough, in which every part is whole."""
        self.assertEqual(picture[:8], b"\x89PNG\r\n\x1a\n")
        width, height = struct.unpack(">II", picture[16:24])
        self.assertGreater(width, 1000)
        self.assertGreater(height, 300)
        place, parts = 8, []
        while place < len(picture):
            (length,) = struct.unpack(">I", picture[place : place + 4])
            body = picture[place + 4 : place + 8 + length]
            self.assertEqual(
                zlib.crc32(body), struct.unpack(">I", picture[place + 8 + length : place + 12 + length])[0]
            )
            parts.append(body[:4])
            place += length + 12
        self.assertEqual(parts[-1], b"IEND")

    def test_reference_and_rate(self):
        _, page = self.finished()
        self.choose(page, "Hits per wire", "frozen reference", "error bars")
        self.panel(page, "Hits per wire").get_by_text(re.compile(r"^reference \d\d:\d\d:\d\d UTC$")).wait_for()
        figure = self.figures(page, "Hits per wire").first
        figure.focus()
        page.keyboard.press("ArrowRight")
        first = total(self.results(), "occupancy/0")[0]
        # Read out bin by bin: the count with its error, and the reference, which is the same.
        self.wait_for(page, "() => /^wire 0, /.test(document.getElementById('said').textContent)")
        said = page.locator("#said").text_content()
        self.assertEqual(said.count(f"{first}\u202f" if first > 999 else str(first)), 2)
        self.assertIn("±", said)

    def wait_for_counts(self, page, figure, wanted):
        """Waits until a figure's table has these counts: choices are drawn in the next frame."""
        handle = figure.element_handle()
        page.wait_for_function(
            """([figure, wanted]) => {
              const rows = [...figure.querySelectorAll('.numbers tbody tr')];
              return JSON.stringify(rows.map(row => Number(row.cells[1].textContent))) === JSON.stringify(wanted);
            }""",
            arg=[handle, wanted],
        )


if __name__ == "__main__":
    unittest.main()
