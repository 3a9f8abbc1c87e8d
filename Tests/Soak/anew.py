"""A topic of hits that is made again: the next run ends with the sentence of docs/kafka.md, and nothing is lost.

The results are on one broker and the hits on another, which is replaced by a new one with other rows under the same
name. librdkafka's broker cannot delete topics, and librdkafka itself crashes where Tansu deletes one that it reads.
"""

import pathlib
import time

import brokers
import checks
import topics
from confluent_kafka import Producer
from feed import FIRST_CLOCK
from instances import Instance, Shim, pipeline
from logs import Log
from rows import Hits

_SENTENCE = "it must have been made again. Publish to another results topic"
_ROWS = 400


# By seed: the broker, how many rows the new topic has, and whether a run reads it when it is replaced. Tansu does not
# say that an offset is beyond the end: there a run waits until the topic is longer.
CASES = {
    -1: ("tansu", 900, False), -2: ("embedded", 100, False), -4: ("embedded", 100, True), -6: ("embedded", 900, False)}


def name(seed: int) -> str:
    """For people."""
    kind, rows, runs = CASES[seed]
    length = "shorter" if rows < _ROWS else "longer"
    return f"{kind}, a topic of hits made anew, {length}{', while a run reads it' if runs else ''}"


def play(seed: int, folder: pathlib.Path) -> list[str]:
    """Returns what is wrong."""
    return _Anew(*CASES[seed], folder).play()


class _Anew:
    def __init__(self, kind: str, rows: int, runs: bool, folder: pathlib.Path) -> None:
        self.kind, self.rows, self.runs, self.folder = kind, rows, runs, folder
        self.shim = Shim()
        self.faults: list[str] = []
        self.count = 0

    def play(self) -> list[str]:
        """Returns what is wrong."""
        self.results = brokers.start(self.kind, self.folder)
        self.hits = brokers.start(self.kind, self.folder)
        try:
            for topic in ("results", "results-2"):
                self.results.create(topic, 1)
            self._play()
        finally:
            self.results.close()
            self.hits.close()
        return self.faults

    def _play(self) -> None:
        self._fill(_ROWS, 0)
        run = self._start("forever" if self.runs else "end", "results")
        if self.runs:
            self._wait_for(_ROWS)
        elif (code := run.wait(60)) != 0:
            self.faults.append(f"the first run ended with {code}")
        before = self._log("results")
        self.faults += checks.check(before, self._read_hits(), "rows", 1)
        self.hits.close()
        self.hits = brokers.start(self.kind, self.folder)
        self._fill(self.rows, 10_000)
        if self.runs:
            run.proxy.lead_to(self.hits.port)
        else:
            run = self._start("end", "results")
        self._refused(run)
        after = self._log("results")
        if [one.offset for one in after.results] != [one.offset for one in before.results]:
            more = len(after.results) - len(before.results)
            self.faults.append(f"{more} results more after the topic was made again")
        if (code := self._start("end", "results-2").wait(60)) != 0:
            self.faults.append(f"the run with another results topic ended with {code}")
        self.faults += checks.check(self._log("results-2"), self._read_hits(), "rows", 1)

    def _refused(self, run: Instance) -> None:
        code = run.wait(60)
        if code is None:
            run.kill()
        if code != 2 or _SENTENCE not in run.log:
            last = (run.log.strip().splitlines() or [""])[-1]
            self.faults.append(f"the run ended with {code} and not with the sentence: {last}")

    def _fill(self, rows: int, clock: int) -> None:
        self.hits.create("hits", 2)
        producer = Producer({"bootstrap.servers": self.hits.address, "log_level": 0})
        for number in range(rows):
            at = FIRST_CLOCK + clock + number
            row = f"1,{number % 16},{at},{at * 2654435761 % (1 << 24)}"
            producer.produce("hits", row.encode(), key=str(at).encode(), partition=number % 2)
        if producer.flush(30):
            raise TimeoutError("rows were not written")

    def _start(self, until: str, results: str) -> Instance:
        self.count += 1
        text = pipeline(
            self.hits.address, "rows: 50", f"until: {until}", "settings: {}", results=results,
            results_address=self.results.address)
        return Instance(f"i{self.count}", text, self.folder, self.hits, self.shim)

    def _wait_for(self, rows: int) -> None:
        deadline = time.monotonic() + 30
        while self._log("results").total("records") < rows and time.monotonic() < deadline:
            time.sleep(0.2)

    def _log(self, topic: str) -> Log:
        return Log(topics.read(self.results.address, topic))

    def _read_hits(self) -> Hits:
        return Hits(topics.read(self.hits.address, "hits"))
