"""Plays a scenario: starts all, makes faults until the time is over, lets one run read the rest, and checks."""

import collections
import pathlib
import random
import signal
import subprocess
import time
from collections.abc import Callable

import brokers
import checks
import proxy
import topics
from feed import Feed, Strangers
from instances import PROGRAM, Instance, Shim, pipeline
from logs import Log
from rows import Hits
from scenario import Scenario
from watch import Watch

# How long a run may take to end, and the last one to read what is left.
_PATIENCE = 90
# How an instance may end that was told to: by its signal, or with results that no broker has taken.
_TOLD = {signal.SIGINT: (130, 2), signal.SIGTERM: (143, 2)}


class Play:
    """One scenario."""

    def __init__(self, scenario: Scenario, folder: pathlib.Path, shim: Shim) -> None:
        self.scenario = scenario
        self.folder = folder
        self.shim = shim
        self.random = random.Random(scenario.seed + 1)
        self.totals: collections.Counter[str] = collections.Counter()
        self.faults: list[str] = []
        self.instances: list[Instance] = []
        self.begun = time.monotonic()
        self._events = (folder / "events.txt").open("w", buffering=1)
        # What ends a fault, and when.
        self._heals: list[tuple[float, Callable[[], None]]] = []
        self._started = 0
        self.is_out = False

    # Life

    def run(self) -> list[str]:
        """Plays it; returns what is wrong."""
        scenario = self.scenario
        self.note(f"seed {scenario.seed}: {scenario.name}; {scenario.cut}")
        self.broker = brokers.start(scenario.broker, self.folder)
        try:
            self.broker.create("hits", scenario.partitions)
            for topic in self.logs:
                self.broker.create(topic, 1)
            feed = Feed(self.broker.address, "hits", scenario, scenario.seed + 2)
            strangers = Strangers(self.broker.address, self.logs, scenario.seed + 3) if scenario.strangers else None
            self.watches = [Watch(self.broker.address, topic) for topic in self.logs]
            for _ in range(max(scenario.members, 1)):
                self.start()
            self._make_faults()
            feed.end()
            self._end()
            if strangers:
                strangers.end()
            self._read_rest()
            for watch in self.watches:
                watch.end()
            self.totals.update(
                {"transactions": feed.commits + feed.aborts, "given up": feed.aborts, "failed rows": feed.failed})
            self._check()
        except (topics.Unreadable, brokers.BrokerError, TimeoutError) as error:
            self.faults.append(f"the scenario could not be played: {error}")
        finally:
            for instance in self.instances:
                if instance.runs:
                    instance.kill()
            self.broker.close()
            self._events.close()
        return self.faults

    @property
    def logs(self) -> list[str]:
        """The topics of results; the log that the run resumes from is the last."""
        return ["results", "results-partials"] if self.scenario.merge else ["results"]

    def note(self, text: str) -> None:
        """Keeps what happened, with the time."""
        self._events.write(f"{time.strftime('%H:%M:%S')} {time.monotonic() - self.begun:8.3f} {text}\n")

    def fail(self, text: str) -> None:
        """Something is wrong."""
        self.note(f"WRONG: {text}")
        self.faults.append(text)

    def text(self, until: str, is_last: bool = False) -> str:
        """The pipeline of an instance."""
        scenario = self.scenario
        source = f"idle: {scenario.idle}, until: {until}, settings: {{reconnect.backoff.max.ms: 200"
        if scenario.members and not is_last:
            session = self.broker.session
            source += f", session.timeout.ms: {session}, heartbeat.interval.ms: {session // 10}}}, group: soak"
        else:
            source += "}"
        sink = "settings: {reconnect.backoff.max.ms: 200}" + (", merge: true" if scenario.merge else "")
        more = f"  - file: {{path: beside-{self._started}.jsonl}}\n" if scenario.file and not is_last else ""
        return pipeline(self.broker.address, scenario.cut, source, sink, more=more)

    def start(self) -> Instance:
        """One more instance."""
        self._started += 1
        limit = None
        if self.scenario.file and self.random.random() < 0.3:
            limit = self.random.randrange(20_000, 200_000)
            self.totals["full disks"] += 1
        name = f"i{self._started}"
        instance = Instance(name, self.text("forever"), self.folder, self.broker, self.shim, limit)
        self.instances.append(instance)
        if not self.scenario.members and len(self.instances) > 1:
            # Either may be the last to claim. At the end of the scenario one is left.
            for one in self.instances:
                one.has_twin = True
        self.note(f"start {name}{f', files of at most {limit} bytes' if limit else ''}")
        return instance

    # Faults

    def later(self, seconds: float, heal: Callable[[], None]) -> None:
        """Ends a fault after a time."""
        self._heals.append((time.monotonic() + seconds, heal))

    def _make_faults(self) -> None:
        import faults

        # A group is slower: its members wait for each other.
        end = time.monotonic() + self.scenario.seconds * (2 if self.scenario.members > 1 else 1)
        while time.monotonic() < end:
            if self.random.random() < 0.8:
                # Members of a group need seconds to begin. Without this few would ever publish anything.
                wanted = (2, 10, 20) if self.scenario.members else (0, 1, 3)
                self.pass_time(10 * self.broker.session / 1000, results=self.random.choice(wanted))
            self.pass_time(self.random.expovariate(2.0))
            faults.make(self)
        self._heal(all_of_them=True)
        if self.is_out:
            self.broker.take()
        for instance in self.instances:
            instance.signal(signal.SIGCONT)
            if instance.runs:
                instance.proxy.set(proxy.OPEN)
                instance.step(0)
        if not self.scenario.members and not self.pass_time(30, until=lambda: len(self.instances) < 2):
            self.fail("two runs without a group go on beside each other")

    def pass_time(
        self, seconds: float, results: int | None = None, claims: int | None = None,
        until: Callable[[], bool] = lambda: False
    ) -> bool:
        """Lets time pass, at most until there are so many more results or claims; says whether there are."""
        watch = self.random.choice(self.watches)
        wanted = (
            None if results is None else watch.results + results, None if claims is None else watch.claims + claims)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._heal()
            self._replace_ended()
            if until() or any(
                    number is not None and there >= number
                    for number, there in zip(wanted, (watch.results, watch.claims), strict=True)):
                return True
            time.sleep(0.003)
        return False

    def _heal(self, all_of_them: bool = False) -> None:
        now = time.monotonic()
        due = [one for one in self._heals if all_of_them or one[0] <= now]
        self._heals = [one for one in self._heals if one not in due]
        for _, heal in due:
            heal()

    def _replace_ended(self) -> None:
        """Nobody has told these to end."""
        for instance in [one for one in self.instances if not one.runs]:
            code = instance.wait(1)
            last = instance.log.strip().splitlines()[-1:] or [""]
            self.note(f"{instance.name} ended by itself with {code}: {last[0]}")
            if not self._may_end(instance, code):
                self.fail(f"{instance.name} ended by itself with {code}: {last[0]}")
            self.instances.remove(instance)
            if not (instance.has_twin and self.instances):
                self.start()

    def _may_end(self, instance: Instance, code: int | None) -> bool:
        if code == 2 and instance.has_full_disk and "file too large" in instance.log:
            self.totals["ends by a full disk"] += 1
            return True
        if code == 2 and instance.has_twin and "reads partition" in instance.log:
            self.totals["ends by a twin"] += 1
            return True
        return False

    def tell_to_end(self, instance: Instance, number: signal.Signals) -> None:
        """Sends a signal and waits."""
        instance.signal(signal.SIGCONT)
        instance.signal(number)
        code = instance.wait(_PATIENCE)
        self.note(f"{instance.name} ended with {code} after {number.name}")
        if code is None:
            self.fail(f"{instance.name} did not end in {_PATIENCE} s after {number.name}")
            instance.kill()
        elif code == -number and not instance.log:
            # It had not yet come to listening for signals.
            self.totals["ends before the beginning"] += 1
        elif code not in _TOLD[number]:
            self.fail(f"{instance.name} ended with {code} after {number.name}")
        if instance in self.instances:
            self.instances.remove(instance)

    def _end(self) -> None:
        """All end by Ctrl-C, at once."""
        for instance in self.instances:
            instance.signal(signal.SIGINT)
        for instance in list(self.instances):
            self.tell_to_end(instance, signal.SIGINT)

    def _read_rest(self) -> None:
        """One run without a group reads what is left."""
        last = Instance("last", self.text("end", is_last=True), self.folder, self.broker, self.shim)
        self.instances.append(last)
        code = last.wait(_PATIENCE)
        self.note(f"last ended with {code}")
        if code:
            self.fail(f"the last run ended with {code}: {(last.log.strip().splitlines()[-1:] or [''])[0]}")
        elif code is None:
            self.fail(f"the last run did not end in {_PATIENCE} s")
            last.kill()

    # Checks

    def _check(self) -> None:
        scenario = self.scenario
        hits = Hits(topics.read(self.broker.address, "hits"))
        may_be_late = scenario.idle != "300 s"
        found: dict[str, Log] = {}
        for topic in self.logs:
            log = found[topic] = Log(topics.read(self.broker.address, topic))
            (self.folder / f"{topic}.txt").write_text("\n".join(log.lines) + "\n")
            is_whole = scenario.merge and topic == "results"
            wrong = checks.check(log, hits, scenario.window, scenario.span, may_be_late, is_whole)
            self.faults += [f"{topic}: {fault}" for fault in wrong]
            self.totals.update(
                {"claims": log.claims, "void": log.void, "results": len(log.results), "snapshots": log.snapshots})
            self._compare_with_reader(topic, log)
        if scenario.merge:
            self.faults += [
                f"merged: {fault}" for fault in checks.check_merged(
                    found["results"], found["results-partials"], scenario.window)]
        self.totals["rows"] += len(hits.all())

    def _compare_with_reader(self, topic: str, log: Log) -> None:
        """`hitmon results` must print the results that count."""
        command = [
            PROGRAM, "results", "--brokers", self.broker.address, "--topic", topic, "--pipeline", "soak", "--quiet"]
        try:
            printed = subprocess.run(command, capture_output=True, text=True, timeout=60)
        except subprocess.TimeoutExpired:
            self.faults.append(f"{topic}: `hitmon results` did not end in 60 s")
            return
        lines = len(printed.stdout.splitlines())
        if printed.returncode or lines != len(log.results):
            self.faults.append(
                f"{topic}: `hitmon results` ended with {printed.returncode} and printed {lines} results of "
                f"{len(log.results)}: {printed.stderr[-300:]}")
