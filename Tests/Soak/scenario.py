"""What a scenario is made of, drawn from its seed."""

import dataclasses
import random

WINDOWS = ("every", "rows", "span")


@dataclasses.dataclass(frozen=True)
class Scenario:
    """All that is decided before it begins."""

    seed: int
    broker: str
    window: str
    # The window as a pipeline says it.
    cut: str
    # What a window of a span is long.
    span: int
    # How many instances; 0: one without a group.
    members: int
    merge: bool
    partitions: int
    # The partitions that get rows.
    fed: tuple[int, ...]
    # Rows a second.
    rate: int
    transactions: bool
    # The share of transactions that are given up.
    aborts: float
    # Whether the last messages of all partitions are rows, and no markers of transactions.
    plain_end: bool
    # Whether other pipelines write to the topics of results.
    strangers: bool
    # Whether a file sink stands beside the topic, whose disk may be full.
    file: bool
    # Whether clocks are stepped.
    clocks: bool
    seconds: float

    @property
    def idle(self) -> str:
        """After how long a partition is not waited for: never, however busy the machine, unless one has no rows."""
        return "300 s" if len(self.fed) == self.partitions else "2 s"

    @property
    def name(self) -> str:
        """For people."""
        words = [
            self.broker, self.window, f"{self.members} in a group" if self.members else "no group",
            f"{self.partitions} partitions"]
        words += ["merge"] if self.merge else []
        words += ["a silent partition"] if len(self.fed) < self.partitions else []
        words += [f"transactions{', some given up' if self.aborts else ''}"] if self.transactions else []
        words += ["others on the topic"] if self.strangers else []
        words += ["a file beside"] if self.file else []
        words += ["clocks that step"] if self.clocks else []
        return ", ".join(words)


def draw(seed: int, broker: str, seconds: float) -> Scenario:
    """The scenario of a seed."""
    choose = random.Random(seed)
    window = choose.choice(WINDOWS)
    # Small windows: at any moment some results are on their way.
    members = choose.choice((0, 0, 1, 2, 2, 3))
    span = choose.choice((200, 200, 600, 2400))
    cuts = {
        "every": f"every: {choose.choice((50, 50, 100, 500))} ms", "rows": f"rows: {choose.choice((31, 97, 400))}",
        "span": f"span: {span} of CLOCK, late: 800"}
    partitions = choose.choice((1, 2, 3, 4))
    silent = choose.random() < 0.15 and partitions > 1
    transactions = choose.random() < 0.3
    return Scenario(
        seed=seed, broker=broker, window=window, cut=cuts[window], span=span, members=members,
        # Windows of rows are each instance's own.
        merge=choose.random() < 0.5 and window != "rows", partitions=partitions,
        fed=tuple(range(partitions - 1 if silent else partitions)), rate=choose.choice((1000, 2000, 3000)),
        transactions=transactions, aborts=choose.choice((0.0, 0.2)) if transactions else 0.0,
        plain_end=transactions and choose.random() < 0.5,
        strangers=choose.random() < 0.3, file=choose.random() < 0.25, clocks=choose.random() < 0.25, seconds=seconds)
