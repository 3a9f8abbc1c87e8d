"""Brokers of a scenario's own, each in a process that can be stopped and continued."""

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
from typing import Any

from confluent_kafka.admin import AdminClient, NewTopic

ROOT = pathlib.Path(__file__).resolve().parents[2]
TANSU = ROOT / ".tansu/tansu"


class BrokerError(Exception):
    """The broker does not do what the scenario needs."""


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Broker:
    """What both kinds have."""

    kind = ""
    # How long a member may be silent, in milliseconds.
    session = 1500

    def __init__(self, process: "subprocess.Popen[str]", port: int) -> None:
        self.process = process
        self.port = port
        self.address = f"127.0.0.1:{port}"
        self.admin: Any = AdminClient({"bootstrap.servers": self.address, "log_level": 0})
        deadline = time.monotonic() + 30
        while True:
            try:
                if self.admin.list_topics(timeout=2).brokers:
                    return
            except Exception as error:
                if time.monotonic() > deadline:
                    self.close()
                    raise BrokerError(f"{self.kind} does not answer: {error}") from None
                time.sleep(0.1)

    def create(self, topic: str, partitions: int) -> None:
        """Makes a topic, and waits until clients can use it."""
        deadline = time.monotonic() + 30
        while True:
            try:
                self._create(topic, partitions)
                found = self.admin.list_topics(topic, timeout=5).topics[topic].partitions
                if len(found) == partitions and all(one.leader >= 0 for one in found.values()):
                    return
                problem = f"has {len(found)} partitions"
            except Exception as error:
                problem = str(error)
            if time.monotonic() > deadline:
                raise BrokerError(f"{self.kind}: topic {topic}: {problem}")
            time.sleep(0.1)

    def _create(self, topic: str, partitions: int) -> None:
        future = self.admin.create_topics([NewTopic(topic, partitions, 1)], request_timeout=10)[topic]
        try:
            future.result(15)
        except Exception as error:
            if "exists" not in str(error):
                raise

    def freeze(self) -> None:
        """The broker keeps its connections and answers nothing."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """The broker continues."""
        os.kill(self.process.pid, signal.SIGCONT)

    def refuse(self) -> None:
        """The broker ends all connections and takes no new ones; where that cannot be had it freezes."""
        self.freeze()

    def take(self) -> None:
        """The broker takes connections again, and has all that it had."""
        self.thaw()

    def close(self) -> None:
        """Ends the broker, with all that it keeps."""
        if self.process.poll() is None:
            self.thaw()
            self.process.kill()
            self.process.wait()


class Tansu(Broker):
    """A broker by others; scripts/brokers fetches it."""

    kind = "tansu"

    def __init__(self, folder: pathlib.Path) -> None:
        port = free_port()
        listener = f"tcp://127.0.0.1:{port}"
        command = [str(TANSU), "broker", "--listener-url", listener, "--advertised-listener-url", listener]
        log = (folder / "broker.log").open("w")
        process = subprocess.Popen(
            [*command, "--storage-engine", "memory://tansu/"], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            text=True)
        super().__init__(process, port)


class Embedded(Broker):
    """librdkafka's broker, in a process of its own (mock.py)."""

    kind = "embedded"

    def __init__(self, folder: pathlib.Path) -> None:
        script = pathlib.Path(__file__).with_name("mock.py")
        process = subprocess.Popen(
            [sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=(folder / "broker.log").open("w"), text=True)
        self.process = process
        address = self._line()
        super().__init__(process, int(address.rpartition(":")[2]))

    def _line(self) -> str:
        assert self.process.stdout
        line = self.process.stdout.readline().strip()
        if not line:
            raise BrokerError("the embedded broker does not run")
        return line

    def order(self, line: str) -> None:
        """Has the broker do what mock.py lists."""
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        if self._line() != "done":
            raise BrokerError(f"the embedded broker cannot do: {line}")

    def _create(self, topic: str, partitions: int) -> None:
        self.order(f"topic {topic} {partitions}")

    def refuse(self) -> None:
        self.order("down")

    def take(self) -> None:
        self.order("up")

    def close(self) -> None:
        super().close()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


def start(kind: str, folder: pathlib.Path) -> Broker:
    """A broker of a kind, `tansu` or `embedded`."""
    return Tansu(folder) if kind == "tansu" else Embedded(folder)


def kinds() -> list[str]:
    """What can be started here."""
    return ["embedded", *(["tansu"] if os.access(TANSU, os.X_OK) else [])]
