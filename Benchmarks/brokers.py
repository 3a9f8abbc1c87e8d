"""Kafka brokers to measure with, and what is run beside them: hitmon's emulator, and kcat."""
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from measure import PROGRAM, ROOT, Launched, Usage, run

TANSU = ROOT / ".tansu/tansu"
LIBRARY = ROOT / ".librdkafka"
PIPELINE = ROOT / "Benchmarks/pipelines/topic.yaml"
# How soon a reader looks again, as hitmon's source has it. As it is, kcat pauses for a second whenever its queue was
# full.
FETCHING = {"fetch.wait.max.ms": "100", "fetch.queue.backoff.ms": "20"}


def kcat_command(*words: str | Path, settings: dict[str, str] | None = None) -> list[str]:
    """A command of kcat, with settings of librdkafka."""
    extra = [word for name, value in (settings or {}).items() for word in ("-X", f"{name}={value}")]
    return ["kcat", *map(str, words), *extra]


def kcat_environment() -> dict[str, str]:
    """Lets kcat run with the librdkafka that hitmon runs with: Debian's does not understand newer brokers."""
    return {"LD_LIBRARY_PATH": str(LIBRARY)} if LIBRARY.exists() else {}


def kcat(*words: str | Path, settings: dict[str, str] | None = None) -> Usage:
    """Runs kcat to its end; what it prints is thrown away."""
    return run(kcat_command(*words, settings=settings), kcat_environment(), keeps_output=False)


def emulate_command(
    brokers: str, topic: str, path: Path | None, *, partitions: int, rows_per_message: int = 1, rate: str = "max",
    rows: int | None = None
) -> list[str | Path]:
    """The command that sends rows to a topic: so many of a file or all of it, or those of the simulated telescope."""
    command = [
        PROGRAM, "emulate", PIPELINE, "--brokers", brokers, "--topic", topic, "--rate", rate,
        "--partitions", str(partitions), "--rows-per-message", str(rows_per_message)]
    command += [] if path is None else ["--input", path]
    command += [] if rows is None else ["--rows", str(rows)]
    return command + (["--loop"] if path and rows else [])


class Process:
    """A program that goes on until it is told to end."""

    def __init__(self, command: list[str | Path], environment: dict[str, str] | None = None) -> None:
        self.errors = tempfile.NamedTemporaryFile("r+")
        self.name = Path(command[0]).name
        self.launched = Launched(command, environment, out=subprocess.DEVNULL, err=self.errors)

    def said(self) -> str:
        """What it has printed so far."""
        return Path(self.errors.name).read_text()

    def wait_for(self, words: str) -> None:
        """Waits until it has said something."""
        while words not in self.said():
            if self.launched.has_ended():
                raise RuntimeError(f"{self.name} ended: {self.said()}")
            time.sleep(0.02)

    def end(self, number: int = signal.SIGINT) -> float:
        """Ends it; gives its peak resident memory in MB."""
        self.launched.signal(number)
        return self.launched.wait().megabytes


class Tansu:
    """A broker by others, in memory, on a free port of loopback."""

    name = "Tansu"

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"127.0.0.1:{port}"
        self.url = f"tcp://{self.address}"
        self.process = Process([
            TANSU, "broker", "--listener-url", self.url, "--advertised-listener-url", self.url,
            "--storage-engine", "memory://tansu/"])
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    @staticmethod
    def is_there() -> bool:
        """Whether scripts/brokers has fetched it."""
        return os.access(TANSU, os.X_OK)

    def create(self, topic: str, partitions: int) -> None:
        """Makes a topic."""
        run([TANSU, "topic", "create", "--broker", self.url, topic, "--partitions", str(partitions)])

    def fill(self, topic: str, path: Path, partitions: int, rows_per_message: int) -> None:
        """Makes a topic with the rows of a file."""
        self.create(topic, partitions)
        run(emulate_command(self.address, topic, path, partitions=partitions, rows_per_message=rows_per_message))

    def close(self) -> None:
        """Ends it, with all that it keeps."""
        # It does not heed SIGTERM.
        self.process.end(signal.SIGKILL)


class Embedded:
    """librdkafka's in-process broker, in a `hitmon emulate` that writes to its one topic and then keeps it up.

    It keeps about 100,000 messages or 5 MB of each partition: take partitions enough. Other topics it makes when
    somebody asks for them, with four partitions.
    """

    name = "in-process broker"

    def __init__(self, topic: str, path: Path | None, **options) -> None:
        self.process = Process(emulate_command("embedded", topic, path, **options))
        self.process.wait_for("in another terminal")
        self.address = re.search(r" on (127\.0\.0\.1:\d+) ", self.process.said())[1]

    def wait(self) -> None:
        """Waits until all rows are sent."""
        self.process.wait_for("stays up")

    def create(self, topic: str, partitions: int) -> None:
        """Topics come by themselves."""

    def close(self) -> float:
        """Ends it, with all that it keeps; gives the peak memory of the process in MB."""
        return self.process.end()
