"""The Python package: parts, blocks and results."""

import dataclasses
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from program import ENVIRONMENT, PROGRAM, ROOT

sys.path.insert(0, str(ROOT / "python"))
os.environ["HITMON"] = PROGRAM
os.environ["HITMON_PLUGINS"] = ENVIRONMENT["HITMON_PLUGINS"]

from hitmon import blocks, kernel, results

try:
    import boost_histogram  # noqa: F401
    import hist  # noqa: F401
except ImportError as error:
    missing = str(error)
else:
    missing = None

PIPELINE = """
pipeline: parts
uses: [detectors/minidt]
sources: {telescope: {kafka: {brokers: "localhost:9092", topic: hits, settings: {sasl.username: u, sasl.password: p}}}}
histograms:
  occupancy: {of: wire, bins: 64 from 0 to 64, per: chamber}
  weighted: {of: wire, bins: 8 from 0 to 64, weight: BX_COUNTER}
  boards: {of: FPGA, bins: "categories 0, 1"}
  map: {of: [wire, FPGA], bins: [8 from 0 to 64, 2 from 0 to 2]}
  mean: {profile: drift, against: wire, bins: 8 from 0 to 64, where: orbit.t0 is known}
  mean_map: {profile: drift, against: [wire, FPGA], bins: [8 log from 1 to 60, 2 from 0 to 2], where: orbit.t0 is known}
  active: {plot: orbit.active, against: ORBIT_CNT, per: chamber}
window: all
"""


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="hitmon-package-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.pipeline = str(self.folder / "parts.yaml")
        pathlib.Path(self.pipeline).write_text(PIPELINE)

    def rows(self, count):
        """Rows of the simulated telescope, as the emulator writes them."""
        lines = []
        for row in range(count):
            orbit = 1000 + row // 4
            lines.append(f"2,{row % 2},{128 if row % 8 == 1 else row * 7 % 128},{orbit},{row * 31 % 3000},{row % 30}\n")
        return "".join(lines).encode()

    def whole(self, path, window="all"):
        out = self.folder / "whole.jsonl"
        words = [PROGRAM, "run", self.pipeline, "--input", str(path), "--window", window, "--results", str(out), "-q"]
        subprocess.run(words, check=True, env=ENVIRONMENT)
        return [message(line) for line in out.read_bytes().splitlines()]


def message(line):
    """A message without the name of its run."""
    return {key: value for key, value in json.loads(line).items() if key != "run"}


def differs(a, b, place=""):
    """Where two messages differ; nil if nowhere. The last digits of sums of floats depend on the order of adding."""
    if isinstance(a, dict) and isinstance(b, dict) and list(a) == list(b):
        return next(filter(None, (differs(a[key], b[key], f"{place}/{key}") for key in a)), None)
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        pairs = enumerate(zip(a, b, strict=True))
        return next(filter(None, (differs(x, y, f"{place}/{i}") for i, (x, y) in pairs)), None)
    if isinstance(a, float) and isinstance(b, (int, float)) or isinstance(b, float) and isinstance(a, int):
        return None if math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-6) else f"{place}: {a} and {b}"
    return None if a == b else f"{place}: {str(a)[:100]} and {str(b)[:100]}"


class PartsTest(Case):
    def test_pieces_have_every_byte_once(self):
        path = self.folder / "rows.txt"
        path.write_bytes(self.rows(1000))
        size = path.stat().st_size
        cut = kernel.pieces([str(path)], 3000)
        self.assertGreater(len(cut), 3)
        self.assertEqual(cut[0].start, 0)
        self.assertEqual([p.end for p in cut[:-1]], [p.start for p in cut[1:]])
        self.assertIsNone(cut[-1].end)
        self.assertLess(cut[-1].start, size)

    def test_parts_come_to_the_whole(self):
        path = self.folder / "rows.txt"
        path.write_bytes(self.rows(3000))
        for window in ("all", "span: 100 of ORBIT_CNT, late: 10"):
            counting = kernel.Kernel(self.pipeline, window)
            parts = [counting.count(piece) for piece in kernel.pieces([str(path)], 9000)]
            merged = counting.merge([counting.join(parts[::2]), *parts[1::2]])
            self.assertIsNone(differs([message(line) for line in merged.splitlines()], self.whole(path, window)))

    def test_rows_on_standard_input(self):
        rows = self.rows(400).splitlines(keepends=True)
        counting = kernel.Kernel(self.pipeline)
        path = self.folder / "rows.txt"
        path.write_bytes(b"".join(rows))
        first, second = rows[:150], rows[150:]
        parts = [
            counting.count_rows(first, str(path)),
            counting.count_rows(iter(second), str(path), sum(map(len, first))),
        ]
        self.assertIsNone(differs([message(line) for line in counting.merge(parts).splitlines()], self.whole(path)))

    def test_what_the_program_says_is_the_error(self):
        with self.assertRaisesRegex(kernel.HitmonError, "windows by arrival depend on when rows are read"):
            kernel.Kernel(self.pipeline, "every: 2 s").count_rows(b"2,0,1,1,1,1\n", "rows")
        other = kernel.Kernel(self.pipeline, "span: 5 of ORBIT_CNT, late: 1").count_rows(b"", "rows")
        with self.assertRaisesRegex(kernel.HitmonError, "fingerprint"):
            kernel.Kernel(self.pipeline).merge([other])

    def test_what_is_no_partial_result_is_an_error(self):
        counting = kernel.Kernel(self.pipeline)
        part = counting.count_rows(b"2,0,1,1,1,1\n", "rows")
        for merge in (counting.merge, counting.join, counting.step):
            for wrong in (b"", b"nothing", part[:3]):
                with self.assertRaisesRegex(kernel.HitmonError, "part 1 of the input has no partial result"):
                    merge([part, wrong])
        # The program itself, for those who call it from a shell.
        whole, empty = self.folder / "whole", self.folder / "empty"
        whole.write_bytes(part)
        empty.touch()
        for files in ([empty], [empty, empty], [whole, empty]):
            words = [PROGRAM, "merge", self.pipeline, *map(str, files)]
            done = subprocess.run(words, capture_output=True, text=True, env=ENVIRONMENT)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(f"error: {empty} is empty", done.stderr)

    def program(self, text):
        """A program of another machine; `REAL` in its text is the real one."""
        path = self.folder / "program"
        path.write_text("#!/bin/sh\n" + text.replace("REAL", PROGRAM))
        path.chmod(0o755)
        return str(path)

    def test_a_program_that_writes_nothing_is_an_error(self):
        for text in ("exit 0", "echo done", "echo 1"):
            other = kernel.Kernel(self.pipeline, program=self.program(text))
            with self.assertRaisesRegex(kernel.HitmonError, "does not describe the pipeline"):
                other.describe()
        for text, words in (("exit 0", "wrote nothing"), ("echo done", "wrote no partial result")):
            with self.assertRaisesRegex(kernel.HitmonError, f"program on .* {words}"):
                kernel.Kernel(self.pipeline, program=self.program(text)).count_rows(b"2,0,1,1,1,1\n", "rows")

    def test_workers_have_the_program_and_the_pipeline_of_the_driver(self):
        driver = kernel.Kernel(self.pipeline).agreed()
        part = driver.count_rows(b"2,0,1,1,1,1\n", "rows")
        self.assertEqual(part, kernel.Kernel(self.pipeline).count_rows(b"2,0,1,1,1,1\n", "rows"))
        other = self.program("""if [ "$3" = --describe ]; then REAL "$@" | sed 's/"version":"[^"]*"/"version":"9.9"/'
            else exec REAL "$@"; fi""")
        with self.assertRaisesRegex(kernel.HitmonError, "program on .* is hitmon 9.9, and the driver's is "):
            dataclasses.replace(driver, program=other).count_rows(b"2,0,1,1,1,1\n", "rows")
        older = self.program("""if [ "$3" = --describe ]; then REAL "$@" | sed 's/"version":"[^"]*",//'
            else exec REAL "$@"; fi""")
        with self.assertRaisesRegex(kernel.HitmonError, "is hitmon of an older version"):
            dataclasses.replace(driver, program=older).count_rows(b"2,0,1,1,1,1\n", "rows")
        pathlib.Path(self.pipeline).write_text(PIPELINE.replace("64 from 0 to 64", "32 from 0 to 64"))
        kernel._check.cache_clear()  # another process
        with self.assertRaisesRegex(kernel.HitmonError, "is another pipeline than the driver's"):
            driver.count_rows(b"2,0,1,1,1,1\n", "rows")

    def test_a_terminal_is_not_steered(self):
        self.assertEqual(kernel.shown("a\x1b[31m\x9b\u202eb\n"), "a\\u{1B}[31m\\u{9B}\\u{202E}b\\u{A}")

    def test_a_description_has_no_secrets(self):
        about = kernel.Kernel(self.pipeline).describe()
        source = about["sources"][0]
        self.assertEqual((source["topic"], source["secrets"]), ("hits", True))
        self.assertEqual(source["settings"], {"sasl.username": "u"})
        self.assertEqual(about["separator"], ",")
        self.assertEqual(about["fields"], ["HEAD", "FPGA", "TDC_CHANNEL", "ORBIT_CNT", "BX_COUNTER", "TDC_MEAS"])


class BlocksTest(Case):
    """Messages of two partitions in several steps, with a run in between that begins where results end."""

    WINDOW = "span: 50 of ORBIT_CNT, late: 10"

    def setUp(self):
        super().setUp()
        self.kernel = kernel.Kernel(self.pipeline, self.WINDOW)
        self.messages = {0: [], 1: []}
        for row in self.rows(2000).splitlines():
            orbit = int(row.split(b",")[3])
            log = self.messages[orbit % 2]
            log.append((len(log), row))

    def part(self, partition, start, end):
        log = [m for m in self.messages[partition] if start.offset <= m[0] < end]
        return self.kernel.count_blocks(blocks.block_of(partition, start, log, True), 2)

    def test_steps_come_to_the_whole(self):
        path = self.folder / "rows.txt"
        path.write_bytes(self.rows(2000))
        whole = self.whole(path, self.WINDOW)
        for crash in (False, True):
            with self.subTest(crash=crash):
                self.check(whole, crash)

    def check(self, whole, crash):
        published, rest, starts = [], [], {0: blocks.Start(0), 1: blocks.Start(0)}
        for step in range(10):
            if crash and step == 6:
                # Another run, which knows nothing but what was published.
                last = published[-1]
                rest = []
                for partition in starts:
                    starts[partition] = blocks.Start(
                        last["source"]["resume"][str(partition)], last["source"]["read"][str(partition)],
                        last["window"]["index"],
                    )
            parts, ends = [], {}
            for partition, log in self.messages.items():
                ends[partition] = len(log) * (step + 1) // 10
                parts.append(self.part(partition, starts[partition], ends[partition]))
            messages, left = self.kernel.step(rest + parts, "--passed", "0,1")
            published += [message(line) for line in messages.splitlines()]
            rest = [left]
            index = published[-1]["window"]["index"] if published else None
            for partition, end in ends.items():
                starts[partition] = blocks.Start(end, starts[partition].read_before, index)
        published += [message(line) for line in self.kernel.merge(rest).splitlines()]
        self.assertEqual([m["window"] for m in published], [m["window"] for m in whole])
        self.assertIsNone(differs([m["histograms"] for m in published], [m["histograms"] for m in whole]))
        self.assertEqual([m["counts"] for m in published], [m["counts"] for m in whole])
        covered = published[-1]["source"]
        self.assertEqual(covered["resume"], {"0": len(self.messages[0]), "1": len(self.messages[1])})

    def test_blocks_that_are_cut_off(self):
        block = blocks.block_of(0, blocks.Start(0), self.messages[0], True)
        for length in (10, 60, len(block) - 1):
            with self.assertRaisesRegex(kernel.HitmonError, "is cut off at byte"):
                self.kernel.count_blocks(block[:length], 2)
        with self.assertRaisesRegex(kernel.HitmonError, "there is no block at byte 0"):
            self.kernel.count_blocks(b"x" * 100, 2)

    def test_messages_without_rows_are_malformed(self):
        log = [(0, b"2,0,1,1000,1,1"), (1, None), (2, b"\n"), (5, b"2,0,2,1000,1,1\n2,0,3,1000,1,1\n")]
        part = self.kernel.count_blocks(blocks.block_of(0, blocks.Start(0), log, True), 2)
        merged = json.loads(self.kernel.merge([part]))
        self.assertEqual(merged["counts"]["records"], 3)
        self.assertEqual(merged["counts"]["malformed"], 2)


@unittest.skipIf(missing, f"PyPI packages are missing: {missing}")
class ResultsTest(Case):
    def setUp(self):
        super().setUp()
        path = self.folder / "rows.txt"
        path.write_bytes(self.rows(2000))
        self.one = results.Results(self.whole(path))
        self.many = results.Results(self.whole(path, "span: 50 of ORBIT_CNT, late: 10"))

    def test_windows_add_up(self):
        self.assertGreater(len(self.many), 5)
        self.assertEqual(self.many.counts, self.one.counts)
        for name in self.one.names:
            a, b = self.one[name].content, self.many[name].content
            self.assertIsNone(differs(a, b, name))

    def test_histograms(self):
        occupancy = self.many["occupancy/0"]
        self.assertEqual(list(occupancy.boost().values()), occupancy.content["bin_counts"])
        self.assertEqual(occupancy.hist().axes[0].label, "wire")
        weighted = self.many["weighted"].boost()
        self.assertEqual(list(weighted.variances()), self.many["weighted"].content["bin_variances"])
        mean = self.many["mean"]
        for value, wanted in zip(mean.boost().values(), mean.content["mean"], strict=True):
            if wanted is not None:
                self.assertAlmostEqual(value, wanted, places=9)
        mean_map = self.many["mean_map"]
        profile = mean_map.boost()
        self.assertEqual(profile.counts().tolist(), mean_map.content["bin_counts"])
        self.assertEqual(list(profile.counts(flow=True)[0]), mean_map.content["x_underflow"])
        means = [mean for column in mean_map.content["mean"] for mean in column]
        for value, wanted in zip(profile.values().flatten(), means, strict=True):
            if wanted is not None:
                self.assertAlmostEqual(value, wanted, places=9)
        self.assertEqual(self.many["map"].boost().values().tolist(), self.many["map"].content["bin_counts"])
        self.assertEqual(list(self.many["boards"].boost().values()), self.many["boards"].content["bin_counts"])
        with self.assertRaisesRegex(kernel.HitmonError, "is a list of points"):
            self.many["active/0"].boost()
        with self.assertRaisesRegex(KeyError, "there is no histogram nothing"):
            self.many["nothing"]

    def test_tables_and_pictures(self):
        try:
            import matplotlib
            import pandas  # noqa: F401
        except ImportError as error:
            self.skipTest(f"PyPI packages are missing: {error}")
        matplotlib.use("agg")
        self.assertEqual(self.many.frame()["hits"].sum(), self.one.counts["hits"])
        occupancy = self.one["occupancy/0"]
        self.assertEqual(occupancy.frame()["count"].tolist(), occupancy.content["bin_counts"])
        self.assertEqual(len(self.one["map"].frame()), 16)
        self.assertEqual(list(self.one["mean_map"].frame().columns[-3:]), ["count", "mean", "error"])
        for name in self.one.names:
            axes = self.one.plot(name)
            self.assertEqual(axes.get_title(), self.one[name].content["title"])
            matplotlib.pyplot.close(axes.figure)


if __name__ == "__main__":
    unittest.main()
