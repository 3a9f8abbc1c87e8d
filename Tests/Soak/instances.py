"""Instances of hitmon that a scenario starts, signals and watches."""

import os
import pathlib
import signal
import struct
import subprocess
import tempfile
import time

import proxy
from brokers import ROOT, Broker

PROGRAM = os.environ.get("HITMON", str(ROOT / ".build/debug/hitmon"))

_PIPELINE = """pipeline: soak
record:
  format: csv
  fields: {{KIND: u8, CHANNEL: u8, CLOCK: u32, MARK: u32}}
cleansing:
  - keep: KIND == 1
groups:
  event:
    by: CLOCK
    disorder: 800
    active: {{distinct: CHANNEL}}
sources:
  hits: {{kafka: {{brokers: "{address}", topic: hits, {source}}}}}
window: {{{window}}}
histograms:
  channel: {{of: CHANNEL, bins: 16 from 0 to 16}}
  marks: {{of: CHANNEL, bins: 4 from 0 to 16, weight: MARK}}
  active: {{of: event.active, bins: 8 from 1 to 9}}
sinks:
  - kafka: {{brokers: "{results_address}", topic: {results}, {sink}}}
{more}"""


def pipeline(
    address: str, window: str, source: str, sink: str, results: str = "results", results_address: str = "",
    more: str = ""
) -> str:
    """The pipeline of all scenarios. `source`, `sink`: further keys; `more`: further sinks."""
    return _PIPELINE.format(
        address=address, window=window, source=source, sink=sink, results=results,
        results_address=results_address or address, more=more)


class Shim:
    """shim.c, compiled into a temporary folder."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="soak-shim-")
        self.path = pathlib.Path(self._folder.name) / "shim.so"
        source = pathlib.Path(__file__).with_name("shim.c")
        subprocess.run(
            ["cc", "-O2", "-Wall", "-shared", "-fPIC", str(source), "-o", str(self.path), "-ldl", "-lpthread"],
            check=True)


class Instance:
    """A run of hitmon behind a network and a clock of its own."""

    def __init__(
        self, name: str, text: str, folder: pathlib.Path, broker: Broker, shim: Shim, limit: int | None = None
    ) -> None:
        """`limit`: how many bytes its files may have, as on a full disk."""
        self.name = name
        self._clock = folder / f"{name}.clock"
        self.step(0)
        self.proxy = proxy.Proxy(broker.port)
        self.log_file = folder / f"{name}.log"
        (folder / f"{name}.yaml").write_text(text)
        environment = dict(
            os.environ, HITMON_PLUGINS=os.environ.get("HITMON_PLUGINS", str(ROOT / "plugins")),
            LD_PRELOAD=str(shim.path), SOAK_CLOCK=str(self._clock), SOAK_FROM=str(broker.port),
            SOAK_TO=str(self.proxy.port))
        command = [PROGRAM, "run", f"{name}.yaml", "--no-dashboard", "--threads", "1"]
        if limit is not None:
            # A file that is too large gives an error then, and no signal. The shell counts blocks of 512 bytes.
            script = f'trap "" XFSZ; ulimit -f {limit // 512}; exec "$@"'
            command = ["/bin/sh", "-c", script, "sh", *command]
        self.began = time.monotonic()
        self.is_stopped = False
        # Why it may end by itself.
        self.has_full_disk = limit is not None
        self.has_twin = False
        with self.log_file.open("w") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log, cwd=folder, env=environment)

    @property
    def log(self) -> str:
        """What it has printed so far."""
        return self.log_file.read_text(errors="replace")

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    def step(self, seconds: float) -> None:
        """Sets its clock so far from the true time."""
        with self._clock.open("r+b" if self._clock.exists() else "wb") as file:
            file.write(struct.pack("=q", int(seconds * 1e9)))

    def signal(self, number: int) -> None:
        """Sends a signal if it runs."""
        if self.runs:
            os.kill(self.process.pid, number)
            if number in (signal.SIGSTOP, signal.SIGCONT):
                self.is_stopped = number == signal.SIGSTOP

    def kill(self, keeps_network: bool = False) -> None:
        """Kills it at once. `keeps_network`: its proxy is closed later, and what it holds may still arrive."""
        self.signal(signal.SIGKILL)
        self.process.wait()
        if not keeps_network:
            self.proxy.close()

    def wait(self, seconds: float) -> int | None:
        """Its exit code; nil if it does not end in time."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        self.proxy.close()
        return code
