"""One data set through every engine: the products are the same. Clusters are real processes on this machine.

Skipped, by name, where an engine or the broker is missing.
"""

import contextlib
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "Tests/Scale")]
PROGRAM = os.environ.setdefault("HITMON", str(ROOT / ".build/debug/hitmon"))
os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "python"), os.environ.get("PYTHONPATH", "")])

from truth import Data, differences  # noqa: E402

from hitmon import job as jobs  # noqa: E402
from hitmon import kernel  # noqa: E402

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


class ShellTest(Case):
    def test_local_run(self):
        out = self.folder / "out.jsonl"
        words = [PROGRAM, "run", PIPELINE, "--set", "sinks=[]", "--window", "all", "--input", self.data.path, "-q"]
        subprocess.run([*words, "--results", str(out)], check=True)
        self.check(out.read_bytes().splitlines())

    def test_a_loop_over_seven_uneven_parts(self):
        loop = """
            set -e; A=0
            for B in $((S/1000)) $((S/10)) $((S/10+1)) $((S/3)) $((S/2)) $((S*9/10)) $S; do
              "$HITMON" kernel "$P" --window all --set sinks=[] --input "$F" --bytes $A-$B > "$D/part$B"; A=$B
            done
            "$HITMON" merge "$P" --window all --set sinks=[] "$D"/part* > "$D/out.jsonl"
            """
        size = os.path.getsize(self.data.path)
        names = {"S": str(size), "P": PIPELINE, "F": self.data.path, "D": str(self.folder)}
        subprocess.run(["bash", "-c", loop], check=True, env=os.environ | names)
        self.check((self.folder / "out.jsonl").read_bytes().splitlines())


@unittest.skipIf(NO_DASK, NO_DASK)
class DaskTest(Case):
    def test_batch(self):
        from hitmon import dask

        with dask.connect(None, 2) as client:
            self.check(dask.run(
                PIPELINE, [self.data.path], window="all", overrides=NO_SINKS, client=client, piece=200_000))

    def test_run_starts_it(self):
        out = self.folder / "out.jsonl"
        words = [PROGRAM, "run", PIPELINE, "--set", "sinks=[]", "--window", "all", "--input", self.data.path, "-q"]
        subprocess.run([*words, "--results", str(out), "--engine", "local-dask"], check=True, timeout=300)
        self.check(out.read_bytes().splitlines())

    def test_a_worker_is_killed(self):
        from hitmon import dask

        job = jobs.Job(kernel.Kernel(PIPELINE, "all", NO_SINKS, self.slow_program(0.2)), [self.data.path])
        with dask.connect(None, 2) as client:
            pids = client.run(os.getpid)
            with later(1.0, lambda: os.kill(min(pids.values()), signal.SIGKILL)):
                dask.count_files(job, client, 200_000)
            self.assertNotIn(min(pids.values()), client.run(os.getpid).values())
        self.check(job.messages)


@unittest.skipIf(NO_SPARK, NO_SPARK)
class SparkTest(Case):
    @contextlib.contextmanager
    def cluster(self):
        """Two executors, each a process."""
        import pyspark

        from hitmon import spark

        os.environ["SPARK_HOME"] = os.path.dirname(pyspark.__file__)
        with spark.connect("local-cluster[2,1,1024]", **{"spark.task.maxFailures": "8"}) as session:
            yield session

    def executors(self):
        """Those of this test, by their parents."""
        listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        parents, found = {}, []
        for line in listed.splitlines():
            pid, parent, args = line.split(None, 2)
            parents[int(pid)] = int(parent)
            if "CoarseGrainedExecutorBackend" in args:
                found.append(int(pid))

        def is_own(pid):
            while pid > 1 and pid != os.getpid():
                pid = parents.get(pid, 0)
            return pid == os.getpid()

        return [pid for pid in found if is_own(pid)]

    def test_batch_frames_and_an_executor_that_is_killed(self):
        from hitmon import spark

        with self.cluster() as session:
            with self.subTest("batch"):
                self.check(spark.run(
                    PIPELINE, [self.data.path], window="all", overrides=NO_SINKS, session=session, piece=500_000))
            with self.subTest("frame"):
                # In whatever order a shuffle leaves.
                frame = session.read.option("header", True).csv(self.data.path).repartition(3, "TDC_MEAS")
                self.check(spark.count(frame, PIPELINE, window="all", overrides=NO_SINKS))
            with self.subTest("killed"):
                job = jobs.Job(kernel.Kernel(PIPELINE, "all", NO_SINKS, self.slow_program(0.3)), [self.data.path])
                executors = self.executors()
                self.assertEqual(len(executors), 2)
                with later(2.0, lambda: os.kill(executors[0], signal.SIGKILL)):
                    spark.count_files(job, session, 200_000)
                self.assertNotIn(executors[0], self.executors())
                self.check(job.messages)


@unittest.skipIf(NO_KAFKA, NO_KAFKA)
class TopicTest(Case):
    """Micro-batches from a real broker."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        from confluent_kafka.admin import AdminClient, NewTopic

        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            cls.brokers = f"127.0.0.1:{free.getsockname()[1]}"
        address = f"tcp://{cls.brokers}"
        words = ["broker", "--listener-url", address, "--advertised-listener-url", address]
        cls.broker = subprocess.Popen(
            [str(TANSU), *words, "--storage-engine", "memory://tansu/"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        cls.addClassCleanup(cls.broker.wait)
        cls.addClassCleanup(cls.broker.kill)
        client = AdminClient({"bootstrap.servers": cls.brokers})
        for made in client.create_topics(
            [NewTopic("dt-hits", 2, 1), *(NewTopic(f"results-{name}", 1, 1) for name in ("dask", "spark"))]
        ).values():
            made.result(30)
        os.environ["HITMON_BROKERS"] = cls.brokers
        cls.addClassCleanup(os.environ.pop, "HITMON_BROKERS")
        subprocess.run(
            [PROGRAM, "emulate", PIPELINE, "--input", cls.data.path, "--rate", "max", "-q"], check=True, timeout=120
        )

    def overrides(self, name):
        return [
            f'sinks=[{{kafka: {{brokers: "{self.brokers}", topic: results-{name}}}}}]',
            "sources.telescope.kafka.until=end",
        ]

    def check_topic(self, name):
        """What stands on the topic of results, each row once."""
        from hitmon.results import of_topic

        found = of_topic(f"results-{name}", self.brokers, {})
        self.assertGreater(len(found), 1)
        indices = [message["window"]["index"] for message in found.messages]
        self.assertEqual(indices, sorted(set(indices)))
        import json

        self.check([json.dumps(message).encode() for message in found.messages])
        source = found.messages[-1]["source"]
        self.assertEqual((source["name"], source["topic"], source["partitions"]), ("telescope", "dt-hits", 2))

    @unittest.skipIf(NO_DASK, NO_DASK)
    def test_dask_in_steps_and_on_from_where_results_end(self):
        from hitmon import dask
        from hitmon.stream import Stream

        with dask.connect(None, 2) as client:
            # A run that reads half and is gone: what is open is read again by the next.
            job = jobs.Job(kernel.Kernel(PIPELINE, SPAN, tuple(self.overrides("dask"))))
            stream = Stream(job)
            ends = {task.partition: task.end // 2 for task in stream.tasks()}
            parts = [
                job.kernel.count_blocks(stream.topic.block(task.partition, task.start, task.end), 2)
                for task in stream.tasks(ends)
            ]
            self.assertGreater(stream.take(parts, ends), 2)
            dask.run(PIPELINE, window=SPAN, overrides=self.overrides("dask"), client=client)
        self.check_topic("dask")

    @unittest.skipIf(NO_SPARK, NO_SPARK)
    def test_spark_streaming(self):
        from hitmon import spark

        spark.run(PIPELINE, window=SPAN, overrides=self.overrides("spark"), master="local[2]")
        self.check_topic("spark")


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
    # What was to die in the middle has died in it.
    time.sleep(0)


if __name__ == "__main__":
    unittest.main()
