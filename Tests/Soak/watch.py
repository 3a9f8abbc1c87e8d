"""Follows a log of results while instances write it."""

import json
import threading
from typing import Any

from confluent_kafka import Consumer, TopicPartition


class Watch:
    """Counts what comes."""

    def __init__(self, address: str, topic: str) -> None:
        self.results = 0
        self.claims = 0
        self._consumer: Any = Consumer({
            "bootstrap.servers": address, "group.id": "soak-watch", "enable.auto.commit": False, "log_level": 0,
            "fetch.wait.max.ms": 20, "reconnect.backoff.max.ms": 200})
        self._consumer.assign([TopicPartition(topic, 0, 0)])
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ending.is_set():
            for message in self._consumer.consume(100, 0.05):
                if message.error():
                    continue
                try:
                    head = json.loads(message.value() or b"")
                    if head.get("pipeline") != "soak":
                        continue
                    self.results += head["schema"] == "hitmon.results/1"
                    self.claims += "after" in head.get("claim", {})
                except (ValueError, AttributeError):
                    continue
        self._consumer.close()

    def end(self) -> None:
        """Stops."""
        self._ending.set()
        self._thread.join(10)
