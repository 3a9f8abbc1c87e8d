"""The live page in headless Chromium: main thread, memory, latency, and what viewers cost the processing."""
import os
import re
import selectors
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from measure import PROGRAM, ROOT, alternate, skip
from table import Measurement, Section, verdict

HISTOGRAM_TARGET = 20.0  # ms of main thread an update of 60 histograms of 64 bins
MAP_TARGET = 10.0  # ms of main thread an update of 8 maps of 64 x 32
LATENCY_TARGET = 150.0  # ms from a window's end to its pixels, p99
GROWTH_TARGET = 2.0  # MB of heap over the time
VIEWERS = 50
ROWS = 10_000_000
VIEWERS_TARGET = 5.0  # % of the processing's speed

# As many histograms as the target names; each counts something else.
HISTOGRAMS = """
pipeline: sixty
uses: [detectors/minidt]
sources: {telescope: {simulate: {rate: 20000 /s, seed: 1}}}
window: {every: %(every)s}
histograms:
%(histograms)s
sinks: [{dashboard: {port: 0}}]
dashboard:
  rows:
%(rows)s
"""


def pipeline(kind: str, every: str) -> str:
    """60 histograms, six in a row, or eight maps, four in a row."""
    count, across = (60, 6) if kind == "steps" else (8, 4)
    of, bins = "wire", "64 from 0 to 64"
    if kind == "heat":
        of, bins = "[wire, time]", "[64 from 0 to 64, 32 from 0 us to 90 us]"
    lines = [f"  h{i:02}: {{of: {of}, bins: {bins}, where: ORBIT_CNT % {count + 1} != {i}}}" for i in range(count)]
    rows = [
        "    - [" + ", ".join(f"{{plot: h{i:02}, as: {kind}}}" for i in range(start, start + across)) + "]"
        for start in range(0, count, across)]
    return HISTOGRAMS % {"every": every, "histograms": "\n".join(lines), "rows": "\n".join(rows)}


@contextmanager
def serving(arguments: list[str], folder: str, **options: object) -> Iterator[tuple[subprocess.Popen, str]]:
    """A run that serves its page, and the page's address."""
    process = subprocess.Popen(
        [PROGRAM, "run", *arguments], cwd=folder, env=os.environ | {"HITMON_PLUGINS": str(ROOT / "plugins")},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    try:
        for line in process.stdout:
            if found := re.search(r"http://[\d.]+:\d+/", line):
                break
        else:
            raise RuntimeError("hitmon served no page")
        threading.Thread(target=lambda: [None for _ in process.stdout], daemon=True).start()
        yield process, found[0]
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def measure(is_quick: bool, telescope: Path | None, repeats: int) -> list[Section]:
    """The tables that can be had on this machine."""
    sections = in_browser(is_quick)
    if telescope:
        sections.append(Section(
            "Viewers",
            f"a run over {ROWS:,} rows of standard input in windows of 200,000; best of {repeats}, taking turns",
            slowdown(telescope, repeats)))
    return sections


def in_browser(is_quick: bool) -> list[Section]:
    """What the page itself does, in headless Chromium."""
    # Where scripts/python-packages puts it.
    sys.path.append(str(ROOT / ".python"))
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        skip("the page: there is no playwright (scripts/python-packages fetches it)")
        return []
    chromium = shutil.which("chromium")
    if not chromium:
        skip("the page: there is no chromium (scripts/browser installs it)")
        return []
    updates = 15 if is_quick else 60
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        drawn = drawing(browser, "steps", "60 histograms of 64 bins", updates, HISTOGRAM_TARGET)
        drawn += drawing(browser, "heat", "8 maps of 64 x 32 bins", updates, MAP_TARGET)
        delays = latency(browser, 20 if is_quick else 120)
        held = memory(browser, 60 if is_quick else 600)
        browser.close()
    return [
        Section(
            "Main thread", f"processor time of everything that it does in a second with one update, all plots in view; "
            f"mean of {updates} updates, headless Chromium without a graphics processor", drawn),
        Section("From a window's end to its pixels", "the page of pipelines/dt-chambers.yaml, windows of 1 s", delays),
        Section("Memory", "60 histograms, 4 updates a second, once as many windows are held as ever are", held),
    ]


class Metrics:
    """What Chromium says of a page's main thread, in time of the processor, and of its heap."""

    def __init__(self, page) -> None:
        self.session = page.context.new_cdp_session(page)
        self.session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def read(self) -> dict[str, float]:
        return {entry["name"]: entry["value"] for entry in self.session.send("Performance.getMetrics")["metrics"]}

    def heap(self) -> float:
        """Megabytes in use, after everything that is not has been collected."""
        for _ in range(3):
            self.session.send("HeapProfiler.collectGarbage")
        return self.session.send("Runtime.getHeapUsage")["usedSize"] / 1e6


def opened(browser, address: str, figures: int, size: tuple[int, int] = (1920, 4000)):
    """A page in which so many figures have been drawn; by default so high that 60 are in view."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.goto(address)
    page.wait_for_function(f"() => document.querySelectorAll('figure .stat b, figure .legend td').length >= {figures}")
    return page


def windows_shown(page, count: int, seconds: float) -> None:
    """Waits until so many more windows have been shown."""
    page.evaluate("""() => {
      window.shown = 0;
      const time = document.querySelector('time');
      new MutationObserver(() => window.shown++).observe(time, { attributeFilter: ['datetime'] });
    }""")
    page.wait_for_function(f"() => window.shown >= {count}", timeout=seconds * 1000, polling=1000)


def drawing(browser, kind: str, what: str, updates: int, target: float) -> list[Measurement]:
    """Main thread an update, with all plots in view: everything that it did, divided by the windows that came."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "page.yaml").write_text(pipeline(kind, "1 s"))
        with serving(["page.yaml"], folder) as (_, address):
            page = opened(browser, address, 60 if kind == "steps" else 8)
            in_view = page.evaluate("""() => [...document.querySelectorAll('.stage')].filter((stage) =>
              stage.getBoundingClientRect().bottom <= innerHeight).length""")
            if in_view != (60 if kind == "steps" else 8):
                raise RuntimeError(f"only {in_view} plots are in view")
            windows_shown(page, 3, 30)
            metrics = Metrics(page)
            before = metrics.read()
            windows_shown(page, updates, updates * 3 + 30)
            after = metrics.read()
            page.close()

    def spent(name: str) -> float:
        return (after[name] - before[name]) / updates * 1000

    busy = spent("TaskDuration")
    return [
        Measurement(f"{what}", busy, "ms", verdict(busy, target, False)),
        Measurement(f"{what}: of that, scripts", spent("ScriptDuration"), "ms"),
        Measurement(f"{what}: of that, style and layout", spent("LayoutDuration") + spent("RecalcStyleDuration"), "ms"),
    ]


def latency(browser, updates: int) -> list[Measurement]:
    """From a window's end to the frame that shows it, with the page of the drift tube telescope."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = [str(ROOT / "pipelines/dt-chambers.yaml"), "--port", "0", "--window", "every: 1 s"]
        with serving(arguments, folder) as (_, address):
            page = opened(browser, address, 4, (1920, 1080))
            page.evaluate("""() => {
              window.delays = [];
              const time = document.querySelector('time');
              new MutationObserver(() => {
                const end = Date.parse(time.dateTime);
                // The frame that draws it is under way; the message comes after it has been handed to the screen.
                const channel = new MessageChannel();
                channel.port1.onmessage = () => window.delays.push(Date.now() - end);
                requestAnimationFrame(() => channel.port2.postMessage(null));
              }).observe(time, { attributeFilter: ['datetime'] });
            }""")
            page.wait_for_function(
                f"() => window.delays.length > {updates}", timeout=updates * 3000 + 30_000, polling=1000)
            delays = sorted(page.evaluate("() => window.delays.slice(1)"))
            page.close()
    half = statistics.median(delays)
    most = delays[min(len(delays) - 1, round(len(delays) * 0.99))]
    return [
        Measurement(f"p50 of {len(delays)} windows", half, "ms"),
        Measurement("p99", most, "ms", verdict(most, LATENCY_TARGET, False)),
    ]


def memory(browser, seconds: int) -> list[Measurement]:
    """Growth of the heap while four windows come a second, once as many windows are held as ever are."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "page.yaml").write_text(pipeline("steps", "250 ms"))
        with serving(["page.yaml"], folder) as (_, address):
            page = opened(browser, address, 60)
            windows_shown(page, 120, 90)
            metrics = Metrics(page)
            first = metrics.heap()
            nodes = metrics.read()["Nodes"]
            time.sleep(seconds)
            last = metrics.heap()
            grown = metrics.read()["Nodes"] - nodes
            page.close()
    name = f"over {seconds // 60} min"
    return [
        Measurement("heap at the end", last, "MB"),
        Measurement(f"growth of the heap {name}", last - first, "MB", verdict(last - first, GROWTH_TARGET, False)),
        Measurement(f"growth in nodes of the document {name}", grown, ""),
    ]


class Viewers:
    """Viewers of the event stream in a process of their own, that read and forget."""

    def __init__(self, address: str, count: int) -> None:
        port = re.search(r":(\d+)/", address)[1]
        self.process = subprocess.Popen([sys.executable, __file__, port, str(count)], stdout=subprocess.PIPE)
        self.process.stdout.readline()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


def slowdown(telescope: Path, repeats: int) -> list[Measurement]:
    """How much longer a run over a file takes while viewers watch."""

    def seconds(viewers: int) -> float:
        with tempfile.TemporaryDirectory() as folder:
            pipeline = str(ROOT / "pipelines/dt-chambers.yaml")
            arguments = [pipeline, "--input", "-", "--window", "rows: 200000", "--port", "0"]
            with serving(arguments, folder, stdin=subprocess.PIPE) as (process, address):
                watching = Viewers(address, viewers) if viewers else None
                begin = time.perf_counter()
                with telescope.open("rb") as rows:
                    shutil.copyfileobj(rows, process.stdin.buffer, 1 << 20)
                process.stdin.close()
                process.wait()
                took = time.perf_counter() - begin
                if watching:
                    watching.close()
                return took

    alone, watched = alternate([lambda: seconds(0), lambda: seconds(VIEWERS)], repeats, best=min)
    slower = (watched / alone - 1) * 100
    return [
        Measurement("nobody watches", alone, "s"), Measurement(f"{VIEWERS} viewers", watched, "s"),
        Measurement("slower by", slower, "%", verdict(slower, VIEWERS_TARGET, False)),
    ]


def watch(port: int, count: int) -> None:
    """Connects viewers and reads what they are sent, until killed."""
    selector = selectors.DefaultSelector()
    for _ in range(count):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.sendall(b"GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        selector.register(connection, selectors.EVENT_READ)
    print("watching", flush=True)
    while selector.get_map():
        for key, _ in selector.select():
            if not key.fileobj.recv(1 << 18):
                selector.unregister(key.fileobj)


if __name__ == "__main__":
    watch(int(sys.argv[1]), int(sys.argv[2]))
