"""What the tests of engines have in common: the data set, the pipeline, and what is missing on this machine."""

import contextlib
import os
import pathlib
import shutil
import sys
import tempfile
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "python")]
PROGRAM = os.environ.setdefault("HITMON", str(ROOT / ".build/debug/hitmon"))
os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "python"), os.environ.get("PYTHONPATH", "")])

# A short run of Java is over before its compiler has done anything of use.
os.environ.setdefault("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")

from truth import Data, differences  # noqa: E402

PIPELINE = str(ROOT / "pipelines/dt-chambers.yaml")
TANSU = ROOT / ".tansu/tansu"
SPAN = "span: 22448 of ORBIT_CNT, late: 2000"
NO_SINKS = ("sinks=[]",)


def missing(*modules):
    """What is not there of them."""
    for module in modules:
        try:
            __import__(module)
        except ImportError:
            return f"{module} is missing (scripts/scale-packages)"
    if "pyspark" in modules and not shutil.which("java"):
        return "java is missing (Debian: openjdk-17-jre-headless)"
    return None


NO_DASK, NO_SPARK = missing("distributed"), missing("pyspark", "pyarrow")
NO_KAFKA = missing("confluent_kafka") or (None if TANSU.exists() else "the broker Tansu is missing (scripts/brokers)")


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.data = Data.shared()

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="hitmon-scale-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def check(self, messages):
        self.assertEqual(differences(messages, self.data, self.folder), [])

    def slow_program(self, seconds):
        """A program that takes its time, so that there is a middle in which something can die."""
        slow = self.folder / "slow"
        slow.write_text(f'#!/bin/sh\n[ "$1" = kernel ] && sleep {seconds}\nexec "{PROGRAM}" "$@"\n')
        slow.chmod(0o755)
        return str(slow)


@contextlib.contextmanager
def later(seconds, do):
    """Does something while the block runs."""
    timer = threading.Timer(seconds, do)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
