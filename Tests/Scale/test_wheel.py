"""The wheel: in an environment of its own, without the checkout, it has the program, the plugins and the engines."""

import json
import os
import pathlib
import subprocess
import sys
import unittest

from case import NO_DASK, PROGRAM, ROOT, Case


class WheelTest(Case):
    def test_it_is_all_that_is_needed(self):
        made = subprocess.run([ROOT / "scripts/wheel", PROGRAM, self.folder], capture_output=True, text=True)
        if made.returncode != 0 and "setuptools" in made.stdout + made.stderr:
            self.skipTest("setuptools could not be fetched")
        self.assertEqual(made.returncode, 0, made.stderr)
        wheel = pathlib.Path(made.stdout.strip())
        self.assertRegex(wheel.name, r"^hitmon-[0-9.]+-py3-none-linux_\w+\.whl$")
        home = self.folder / "venv"
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        install = [home / "bin/pip", "install", "--quiet", "--no-index", "--no-deps", wheel]
        subprocess.run(install, check=True, env=os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1"})
        # Nothing of the checkout, and nothing of the tests but Dask itself.
        others = [word for word in os.environ["PYTHONPATH"].split(os.pathsep) if word and word != str(ROOT / "python")]
        self.environment = {
            "PATH": "/usr/bin:/bin", "HOME": str(self.folder),
            "PYTHONPATH": os.pathsep.join(os.path.abspath(word) for word in others)}
        self.home = home
        found = self.run_in(home / "bin/python", "-c", "from hitmon import kernel; print(kernel.program())").strip()
        self.assertTrue(found.startswith(str(home)), found)
        self.assertIn("hitmon ", self.run_in(home / "bin/hitmon", "--version"))
        pipeline = self.folder / "own.yaml"
        pipeline.write_text(
            "pipeline: own\nuses: [detectors/minidt]\nwindow: all\n"
            "histograms: {occupancy: {of: wire, bins: 64 from 0 to 64, per: chamber}}\n")
        counts = [self.counts(pipeline)]
        if not NO_DASK:
            counts.append(self.counts(pipeline, "--engine", "local-dask"))
        rows = sum(line[0].isdigit() for line in pathlib.Path(self.data.path).read_text().splitlines())
        self.assertEqual([one["records"] for one in counts], [rows] * len(counts))
        self.assertEqual(counts[1:], counts[:-1])

    def run_in(self, *command):
        done = subprocess.run(
            command, capture_output=True, text=True, cwd=self.folder, env=self.environment, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def counts(self, pipeline, *words):
        out = self.folder / "out.jsonl"
        self.run_in(
            self.home / "bin/hitmon", "run", pipeline, "--input", self.data.path, "--results", out, "--quiet", *words)
        return json.loads(out.read_bytes())["counts"]


if __name__ == "__main__":
    unittest.main()
