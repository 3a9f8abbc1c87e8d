"""Topics of a real broker through the engines, in micro-batches. Skipped, by name, where one is missing."""

import json
import os
import unittest
from unittest import mock

from broker import broker
from case import NO_DASK, NO_KAFKA, NO_SPARK, PIPELINE, SPAN, Case

from hitmon import job as jobs
from hitmon import kernel


@unittest.skipIf(NO_KAFKA, NO_KAFKA)
class TopicTest(Case):
    """Micro-batches from a real broker."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.brokers = cls.enterClassContext(broker(cls.data.path, "results-dask", "results-spark"))
        cls.enterClassContext(mock.patch.dict(os.environ, {"HITMON_BROKERS": cls.brokers}))

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


if __name__ == "__main__":
    unittest.main()
