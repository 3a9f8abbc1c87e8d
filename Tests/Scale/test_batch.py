"""One data set through every engine: the products are the same. Clusters are real processes on this machine.

Skipped, by name, where an engine is missing.
"""

import contextlib
import os
import signal
import subprocess
import unittest

from case import NO_DASK, NO_SINKS, NO_SPARK, PIPELINE, PROGRAM, Case, later

from hitmon import job as jobs
from hitmon import kernel


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
                # So many pieces that executors put some together before the driver sees them.
                size = os.path.getsize(self.data.path) // (spark.FAN_IN + 4)
                self.check(spark.run(
                    PIPELINE, [self.data.path], window="all", overrides=NO_SINKS, session=session, piece=size))
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


if __name__ == "__main__":
    unittest.main()
