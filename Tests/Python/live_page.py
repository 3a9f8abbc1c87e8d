"""The live page in Debian's Chromium, and hitmon that serves it: what tests of the page share."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import unittest
import urllib.request

from program import ENVIRONMENT, PROGRAM, ROOT

SHARED = pathlib.Path(os.environ.get("HITMON_SHARED", ROOT.parent / "shared"))
CHROMIUM = shutil.which("chromium")

try:
    from playwright.sync_api import sync_playwright
except ImportError:
    sync_playwright = None

missing = None
if sync_playwright is None:
    missing = "the packages of Tests/Python/requirements.txt are not there"
elif CHROMIUM is None:
    missing = "there is no chromium"
elif not pathlib.Path(PROGRAM).exists():
    missing = f"there is no {PROGRAM}"

# Milliseconds. Long, as machines may be busy; nothing waits longer than it must.
PATIENCE = 30_000

SIMULATED = """
pipeline: simulated
uses: [detectors/minidt]
sources: {telescope: {simulate: {rate: max, seed: 5, rows: 40000}}}
window: {rows: 10000}
histograms:
  occupancy: {of: wire, bins: 64 from 0 to 64, per: chamber, title: Hits per wire}
  drift_time: {of: drift, bins: 140 from -100 ns to 600 ns, per: chamber, where: orbit.t0 is known, title: Drift time}
  wire_time: {of: [wire, time], bins: [16 from 0 to 64, 9 from 0 us to 90 us], title: Wire against time}
sinks: [{file: {path: results.jsonl}}, {dashboard: {port: 0}}]
"""


class Hitmon:
    """A run that serves the page. Use it in `with`."""

    def __init__(self, pipeline, *arguments, folder, stdin=None):
        command = [PROGRAM, "run", str(pipeline), *arguments]
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=ENVIRONMENT,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines = []
        self.address = None
        for line in self.process.stdout:
            self.lines.append(line)
            if found := re.search(r"http://[\d.]+:(\d+)/", line):
                self.address, self.port = found[0], int(found[1])
                break
        if self.address is None:
            raise AssertionError("hitmon did not serve: " + "".join(self.lines))
        # A pipe that nobody reads would stop it.
        self.reader = threading.Thread(target=lambda: self.lines.extend(self.process.stdout), daemon=True)
        self.reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.reader.join(5)
        self.process.stdout.close()
        if self.process.stdin:
            self.process.stdin.close()

    def get(self, path):
        with urllib.request.urlopen(self.address.rstrip("/") + path, timeout=30) as answer:
            return json.load(answer)


@unittest.skipIf(missing, missing)
class PageTest(unittest.TestCase):
    """A test with a browser, a folder, and pages whose errors are failures."""

    @classmethod
    def setUpClass(cls):
        cls.playwright = sync_playwright().start()
        cls.addClassCleanup(cls.playwright.stop)
        # Chromium's sandbox does not run as root, nor in most containers.
        cls.browser = cls.playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.errors = []
        self.addCleanup(lambda: self.assertEqual(self.errors, []))

    def write(self, text, name="page.yaml"):
        path = self.folder / name
        path.write_text(text)
        return path

    def serve(self, pipeline, *arguments, **options):
        return self.enterContext(Hitmon(pipeline, *arguments, folder=self.folder, **options))

    def open(self, address, **options):
        """The page in a window of its own, with nothing remembered."""
        options.setdefault("viewport", {"width": 1280, "height": 720})
        context = self.browser.new_context(accept_downloads=True, **options)
        self.addCleanup(context.close)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(address)
        return page

    def panel(self, page, title):
        return page.get_by_role("region", name=title, exact=True).first

    def figures(self, page, title):
        return self.panel(page, title).locator("figure")

    def choose(self, page, title, *labels):
        """Presses buttons in the menu of a panel."""
        self.panel(page, title).get_by_role("button", name="More for").click()
        menu = page.get_by_role("dialog", name=f"Choices for {title}")
        for label in labels:
            menu.get_by_role("button", name=label, exact=True).click()
        page.keyboard.press("Escape")
        menu.wait_for(state="detached")

    def rows(self, figure):
        """The table of a figure, as texts; open it with `choose(..., "table")` first."""
        figure.locator("td").first.wait_for(state="attached")
        return figure.locator("tbody tr").evaluate_all(
            """rows => rows.filter(row => row.closest('.numbers'))
              .map(row => [...row.cells].map(cell => cell.textContent))"""
        )

    def counts(self, figure, column=1):
        return [float(row[column]) for row in self.rows(figure)]

    def number(self, page, name):
        """A number of the top line."""
        text = page.locator(f".number:has(dt:text-is('{name}')) b").inner_text()
        return int(re.sub(r"\D", "", text))

    def wait_for(self, page, condition, argument=None):
        page.wait_for_function(condition, arg=argument, timeout=PATIENCE)

    def wait_for_state(self, page, state):
        page.locator(".topline [role=status]", has_text=state).wait_for(timeout=PATIENCE)

    @contextlib.contextmanager
    def saved(self, page, title, label):
        """The file that a button of a panel's menu saves."""
        self.panel(page, title).get_by_role("button", name="More for").click()
        with page.expect_download() as download:
            page.get_by_role("dialog", name=f"Choices for {title}").get_by_role(
                "button", name=label, exact=True
            ).click()
        path = self.folder / download.value.suggested_filename
        download.value.save_as(path)
        page.keyboard.press("Escape")
        yield path


def total(messages, name, field="bin_counts"):
    """What a field of a histogram of messages adds up to."""
    return [sum(values) for values in zip(*(message["histograms"][name][field] for message in messages), strict=True)]
