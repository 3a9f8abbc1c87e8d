"""A folder with a pipeline, the program, and a store in the tests' own process."""

import json
import pathlib
import random
import subprocess
import tempfile
import unittest

from program import ENVIRONMENT, PROGRAM

try:
    from s3_store import BUCKET, KEY, SECRET, TOKEN, Store
except ImportError as error:
    missing = str(error)
    SECRET, TOKEN, BUCKET, KEY, Store = "secret", "token", "hits", "key", None
else:
    missing = None

needs_packages = unittest.skipIf(missing, f"the packages of Tests/Python/requirements.txt are not there: {missing}")

PIPELINE = """
pipeline: bucket
uses: [detectors/minidt]
window: all
histograms:
  occupancy: {of: wire, bins: 64 from 0 to 64, per: chamber}
  time: {of: TDC_MEAS, bins: 31 from 0 to 31, per: FPGA}
"""


def rows(count, seed=1, first=100):
    """Rows of a telescope, such as it might have."""
    source = random.Random(seed)
    return "".join(
        f"{source.choice([2, 2, 2, 0])},{source.randrange(2)},{source.randrange(140)},{first + index // 20},"
        f"{source.randrange(3564)},{source.randrange(31)}\n" for index in range(count))


class S3Case(unittest.TestCase):
    """A folder with a pipeline, and what the program makes of it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.write("bucket.yaml", PIPELINE)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    def hitmon(self, *arguments, variables):
        """The program's end. Neither it nor its results ever show a secret."""
        clean = {name: value for name, value in ENVIRONMENT.items() if not name.startswith("AWS_")}
        clean |= {"no_proxy": "127.0.0.1"} | variables
        done = subprocess.run(
            [PROGRAM, *map(str, arguments)], cwd=self.folder, env=clean, capture_output=True, text=True, timeout=120)
        results = self.folder / "results.jsonl"
        for text in [done.stdout, done.stderr, results.read_text() if results.exists() else ""]:
            for secret in [SECRET, TOKEN, "othersecret"]:
                self.assertNotIn(secret, text)
        return done

    def products(self, *arguments, variables=None, pipeline="bucket.yaml"):
        """The one result of a run that goes well."""
        (self.folder / "results.jsonl").unlink(missing_ok=True)
        done = self.hitmon(
            "run", pipeline, *arguments, "--results", "results.jsonl", variables=variables or {})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.said = done.stderr
        return json.loads((self.folder / "results.jsonl").read_text())

    def refusal(self, store, *arguments, pipeline="bucket.yaml", **changes):
        """The error of a run that does not."""
        done = self.hitmon(
            "run", pipeline, *(arguments or ["--input", f"s3://{BUCKET}/data_"]), "--quiet",
            variables=store.environment(**changes))
        self.assertEqual(done.returncode, 2, done.stderr)
        return done.stderr.strip().splitlines()[-1]

    def expected(self, texts):
        """What files with these texts give."""
        return self.products("--input", *[self.write(f"local/{number:06}", text) for number, text in enumerate(texts)])

    def agree(self, found, expected):
        self.assertEqual(found["counts"], expected["counts"])
        self.assertEqual(found["histograms"], expected["histograms"])

    def source(self, store, keys=""):
        """A pipeline with the store as its source."""
        self.write(
            "source.yaml",
            f"{PIPELINE}sources: {{archive: {{s3: {{endpoint: '{store.address}', bucket: {BUCKET}, prefix: data_"
            f"{keys}}}}}}}\n")
        return "source.yaml"


# What takes three requests.
LONG = rows(1000) * 950
