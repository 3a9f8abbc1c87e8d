"""Drivers and runs of the program on one log of results of a real broker. Skipped, by name, where it is missing."""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
import unittest
from unittest import mock

from broker import broker
from case import NO_KAFKA, PIPELINE, PROGRAM, SPAN, Case

from hitmon import job as jobs
from hitmon import kernel
from hitmon.stream import Stream

RESULTS = ("claims-race", "claims-turns", "claims-stopped")


@unittest.skipIf(NO_KAFKA, NO_KAFKA)
class ClaimsTest(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.brokers = cls.enterClassContext(broker(cls.data.path, *RESULTS))
        cls.enterClassContext(mock.patch.dict(os.environ, {"HITMON_BROKERS": cls.brokers}))

    def sink(self, name):
        return f'sinks=[{{kafka: {{brokers: "{self.brokers}", topic: {name}}}}}]'

    def stream(self, name, window=SPAN):
        job = jobs.Job(kernel.Kernel(PIPELINE, window, (self.sink(name),)))
        self.addCleanup(job.close)
        return Stream(job)

    def read(self, stream, share, last=False):
        """Reads a share of the topic; gives how many windows were published."""
        tasks = stream.tasks()
        ends = {task.partition: int(task.end * share) for task in tasks}
        parts = [
            stream.job.kernel.count_blocks(stream.topic.block(task.partition, task.start, task.end), 2)
            for task in stream.tasks(ends)
        ]
        return stream.take(parts, ends, last=last)

    def run_words(self, name, *words):
        return [PROGRAM, "run", PIPELINE, "--window", SPAN, "--set", self.sink(name), "--quiet", *words]

    def published(self, name):
        from hitmon.results import of_topic

        return of_topic(name, self.brokers, {})

    def accepted(self, name):
        """What the package says that counts, and so does the program."""
        from hitmon.topic import Topic

        found = self.published(name)
        dump = self.folder / "dump.jsonl"
        messages = Topic(name, self.brokers).objects(0, 0, Topic(name, self.brokers).ends()[0][1])
        dump.write_text("".join(json.dumps(message) + "\n" for _, _, message in messages))
        done = subprocess.run([PROGRAM, "results", dump], capture_output=True, text=True, check=True)
        self.assertEqual([json.loads(line) for line in done.stdout.splitlines()], found.messages)
        return found

    def check_all(self, found):
        indices = [message["window"]["index"] for message in found.messages]
        self.assertEqual(indices, sorted(set(indices)))
        self.check([json.dumps(message).encode() for message in found.messages])

    @contextlib.contextmanager
    def running(self, name, windows):
        """A run of the program, which is stopped behind the block. Before it, so many windows more are published."""
        process = subprocess.Popen(self.run_words(name), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            end, wanted = time.monotonic() + 120, len(self.published(name)) + windows
            while len(self.published(name)) < wanted and process.poll() is None and time.monotonic() < end:
                time.sleep(0.1)
            yield
            process.send_signal(signal.SIGINT)
            self.assertEqual(process.wait(60), 130)
        finally:
            process.kill()
            process.wait()

    def test_drivers_and_a_run_one_beside_the_other(self):
        name = "claims-turns"
        first = self.stream(name)
        self.assertGreater(self.read(first, 0.2), 0)
        second = self.stream(name)
        self.assertGreater(self.read(second, 0.4), 0)
        # Its partitions are the second one's.
        with self.assertRaisesRegex(kernel.HitmonError, "another run of the pipeline, .*, reads dt-hits too"):
            self.read(first, 0.5)
        with self.running(name, 1):
            with self.assertRaisesRegex(kernel.HitmonError, "another run of the pipeline, .*, reads dt-hits too"):
                self.read(second, 0.6)
            third = self.stream(name)
            self.assertGreater(self.read(third, 1, last=True), 0)
        third.job.close()
        # Nothing is left to the next one.
        done = subprocess.run(
            self.run_words(name, "--set", "sources.telescope.kafka.until=end"), capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        found = self.accepted(name)
        self.assertGreater(found.void, 1)
        self.check_all(found)

    def test_a_driver_goes_on_where_a_run_was_stopped(self):
        name = "claims-stopped"
        with self.running(name, 3):
            pass
        driver = self.stream(name)
        # The run has marked messages, and the driver has found them to be the same.
        marks = [position.mark for position in driver.job.claim([0, 1]).values()]
        self.assertEqual([driver.topic.digest(*one) for one in enumerate(mark[0] for mark in marks)],
                         [mark[1] for mark in marks])
        self.assertGreater(self.read(driver, 1, last=True), 0)
        found = self.accepted(name)
        self.assertEqual(found.void, 0)
        self.check_all(found)

    def test_drivers_that_claim_at_once(self):
        from hitmon.resultlog import ResultsTopic

        name, outcomes, claimed = "claims-race", [], threading.Barrier(4)

        def line(index):
            places = {"0": index, "1": index}
            source = {"name": "s", "topic": "dt-hits", "offsets": {}, "resume": places, "read": places, "last": places}
            window = {"index": index, "kind": "span", "of": "t", "start": index, "end": index + 1}
            message = {"schema": "hitmon.results/1", "pipeline": "race", "run": f"r{index}", "window": window,
                       "counts": {"records": 1}, "source": source, "histograms": {}}
            return json.dumps(message, separators=(",", ":")).encode()

        def drive(index):
            topic = ResultsTopic(name, self.brokers, {}, "race")
            claimed.wait()
            topic.claim("dt-hits", [0, 1])
            claimed.wait()
            try:
                topic.publish([line(index)])
                outcomes.append(index)
            except kernel.HitmonError:
                pass

        threads = [threading.Thread(target=drive, args=(index,)) for index in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        found = self.accepted(name)
        # All have claimed, one after the other, and the last one publishes.
        self.assertEqual([message["window"]["index"] for message in found.messages], outcomes)
        self.assertEqual((len(outcomes), found.void), (1, 3))
        self.assertEqual(found.messages[0]["claim"], {"epoch": 4, "number": 1})


if __name__ == "__main__":
    unittest.main()
