"""Objects of a store through the engines: the products of the file that they were cut from, each request signed.

The store is that of Tests/Python, which holds every signature against botocore's. Skipped, by name, where it or an
engine is missing.
"""

import gzip
import json
import os
import pathlib
import subprocess
import sys
import unittest
from unittest import mock

from case import NO_DASK, NO_SPARK, PIPELINE, PROGRAM, ROOT, Case

from hitmon import kernel

sys.path.append(str(ROOT / "Tests/Python"))
try:
    from s3_store import BUCKET, Store
except ImportError as error:
    NO_STORE = f"{error.name} is missing (scripts/scale-packages)"
else:
    NO_STORE = None

OBJECTS = 9


@unittest.skipIf(NO_STORE, NO_STORE)
class S3Case(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.store = cls.enterClassContext(Store())
        lines = pathlib.Path(cls.data.path).read_bytes().splitlines(keepends=True)
        # Uneven, one of them packed; only the first has the header.
        cuts = [len(lines) * index * index // OBJECTS**2 for index in range(OBJECTS + 1)]
        for index in range(OBJECTS):
            data = b"".join(lines[cuts[index] : cuts[index + 1]])
            name = f"data_{index:03}.txt"
            cls.store.put(*(f"{name}.gz", gzip.compress(data)) if index == 5 else (name, data))
        cls.store.put("other.txt", "no row\n")
        variables = dict.fromkeys(("AWS_PROFILE", "AWS_SESSION_TOKEN"), "") | cls.store.environment()
        cls.enterClassContext(mock.patch.dict(os.environ, variables | {"no_proxy": "127.0.0.1"}))
        # The pipeline's own source, as it stands in a file.
        cls.source = (
            f"sources={{archive: {{s3: {{endpoint: '{cls.store.address}', bucket: {BUCKET}, prefix: data_, "
            f"region: {cls.store.region}}}}}}}"
        )

    def check_source(self, messages, name):
        """Every object is named, from its first row to its end."""
        self.check(messages)
        source = json.loads(messages[0])["source"]
        names = [f"s3://{BUCKET}/{key}" for key in sorted(self.store.objects) if key.startswith("data_")]
        self.assertEqual((source["name"], list(source["offsets"])), (name, names))


class PiecesTest(S3Case):
    def test_objects_are_found_and_put_together(self):
        counting = kernel.Kernel(PIPELINE)
        found = counting.inputs([f"s3://{BUCKET}/data_"])
        sizes = [len(self.store.objects[one.name.removeprefix(f"s3://{BUCKET}/")].data) for one in found]
        self.assertEqual(([one.size for one in found], len(found)), (sizes, OBJECTS))
        cut = kernel.pieces(found, 1_000_000)
        self.assertEqual([name for one in cut for name in (one.path, *one.more)], [one.name for one in found])
        self.assertTrue(1 < len(cut) < OBJECTS, cut)
        with self.assertRaisesRegex(kernel.HitmonError, "no object's name begins with `none`"):
            counting.inputs([f"s3://{BUCKET}/none"])


@unittest.skipIf(NO_DASK, NO_DASK)
class DaskTest(S3Case):
    def test_words_and_the_pipeline_s_own_source(self):
        from hitmon import dask

        words = {"window": "all", "overrides": ["sinks=[]"], "piece": 1_000_000}
        with dask.connect(None, 2) as client:
            self.check_source(dask.run(PIPELINE, [f"s3://{BUCKET}/data_"], client=client, **words), "input")
            words["overrides"].append(self.source)
            self.check_source(dask.run(PIPELINE, client=client, **words), "archive")
            # What the store says is the error, and no worker asks again.
            self.store.failures.append((f"/{BUCKET}/data_004", 403, "AccessDenied"))
            with self.assertRaisesRegex(kernel.HitmonError, f"cannot read s3://{BUCKET}/data_004.txt .*AccessDenied"):
                dask.run(PIPELINE, client=client, **words)
            self.assertEqual(self.store.failures, [])


@unittest.skipIf(NO_SPARK, NO_SPARK)
class SparkTest(S3Case):
    def test_run_starts_it_with_the_pipeline_s_own_source(self):
        out = self.folder / "out.jsonl"
        words = ["--set", "sinks=[]", "--set", self.source, "--window", "all", "--results", str(out), "--quiet"]
        done = subprocess.run(
            [PROGRAM, "run", PIPELINE, *words, "--engine", "local-spark"], capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.check_source(out.read_bytes().splitlines(), "archive")


if __name__ == "__main__":
    unittest.main()
