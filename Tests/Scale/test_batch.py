"""One data set through every engine: the products are the same. Clusters are real processes on this machine.

Skipped, by name, where an engine is missing.
"""

import contextlib
import json
import os
import signal
import subprocess
import textwrap
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

    def test_programs_of_workers_that_write_nothing(self):
        from hitmon import dask

        silent = self.folder / "silent"
        silent.write_text(f'#!/bin/sh\n[ "$1" = kernel ] && [ "$3" != --describe ] && exit 0\nexec "{PROGRAM}" "$@"\n')
        silent.chmod(0o755)
        job = jobs.Job(kernel.Kernel(PIPELINE, "all", NO_SINKS, str(silent)), [self.data.path])
        with dask.connect(None, 1) as client, self.assertRaisesRegex(kernel.HitmonError, "silent on .* wrote nothing"):
            dask.count_files(job, client, 1 << 30)

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
            with self.subTest("a frame with its columns in another order, and others"):
                turned = frame.select("TDC_MEAS", frame.FPGA.alias("my.own"), *reversed(frame.columns[:-1]))
                self.check(spark.count(turned, PIPELINE, window="all", overrides=NO_SINKS))
            with self.subTest("nulls and separators"):
                self.check_frames(spark, session)
            with self.subTest("killed"):
                job = jobs.Job(kernel.Kernel(PIPELINE, "all", NO_SINKS, self.slow_program(0.3)), [self.data.path])
                executors = self.executors()
                self.assertEqual(len(executors), 2)
                with later(2.0, lambda: os.kill(executors[0], signal.SIGKILL)):
                    spark.count_files(job, session, 200_000)
                self.assertNotIn(executors[0], self.executors())
                self.check(job.messages)


    PAIRS = """
        pipeline: pairs
        record: {format: csv, separator: ";", fields: {a: u8, b: u8, c: u8}}
        histograms: {a: {of: a, bins: 'integers 0..9'}, b: {of: b, bins: 'integers 0..9'}}
        window: all
        """

    def check_frames(self, spark, session):
        path = self.folder / "pairs.yaml"
        path.write_text(textwrap.dedent(self.PAIRS))

        def count(rows, schema):
            [message] = spark.count(session.createDataFrame(rows, schema), str(path))
            result = json.loads(message)
            histograms = result["histograms"]
            return (result["counts"]["records"], result["counts"]["malformed"], histograms["a"]["bin_counts"],
                    histograms["b"]["bin_counts"])

        three = [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        four = [0, 0, 0, 0, 1, 0, 0, 0, 0, 0]
        self.assertEqual(count([(4, 3, 1)], "b int, a int, c int"), (1, 0, three, four))
        # A null is an empty field, and moves nothing.
        self.assertEqual(count([(3, 4, 1), (None, 5, 7), (5, None, None)], "a int, b int, c int"), (1, 2, three, four))
        # A text that holds the separator or the end of a line is no number, and no more fields or rows.
        texts = [("3", "4", "1"), ("5;6", "7", "8"), ("5\n6;7;8", "7", "8"), ("1", "2;2", "3")]
        self.assertEqual(count(texts, "a string, b string, c string"), (1, 3, three, four))
        # Rows of text as they are.
        self.assertEqual(count([("3;4;1",), ("",), (None,)], "line string")[2:], (three, four))
        for schema, words in (
            ("a int, b int, d int", "no column `c`; it has `a`, `b`, `d`, and the record's fields are a, b, c"),
            ("a int, x int, d int", "no column `b`, `c`"),
        ):
            with self.assertRaisesRegex(kernel.HitmonError, words):
                count([(1, 2, 3)], schema)
        with self.assertRaisesRegex(kernel.HitmonError, "`n` is no field of the record, and no text"):
            count([(1,)], "n int")


if __name__ == "__main__":
    unittest.main()
