"""The live page while things happen: windows, zoom, servers that go away, input that stops, hostile titles."""

import http.server
import json
import re
import subprocess
import threading
import time
import unittest

from live_page import ROOT, SIMULATED, PageTest

LIVE = """
pipeline: live
uses: [detectors/minidt]
sources: {telescope: {simulate: {rate: 2000 /s, seed: 5}}}
window: {every: 500 ms}
histograms:
  occupancy: {of: wire, bins: 64 from 0 to 64, per: chamber, title: Hits per wire}
sinks: [{dashboard: {port: 0}}]
"""

# A run without end whose windows are those that rows make: nothing comes unless it is written.
FED = """
pipeline: fed
uses: [detectors/minidt]
window: {rows: 1000}
histograms:
  occupancy: {of: wire, bins: 64 from 0 to 64, per: chamber, title: Hits per wire}
"""

HOSTILE = """
pipeline: hostile
uses: [detectors/minidt]
sources: {telescope: {simulate: {rate: max, seed: 5, rows: 4000}}}
window: {rows: 2000}
histograms:
  occupancy: {of: wire, bins: 64 from 0 to 64, title: "<img src=x onerror=\\"document.title='broken'\\"><b>bold</b>"}
  boards: {of: FPGA, bins: "categories 0, 1", title: "</script><script>document.title='broken'</script>"}
sinks: [{dashboard: {port: 0}}]
"""


class LiveTest(PageTest):
    def entries(self, page):
        """The entries of the first chamber."""
        label = self.figures(page, "Hits per wire").first.get_attribute("aria-label")
        return int(re.sub(r"\D", "", re.search(r"entries ([\d\u202f]+)", label)[1]))

    def test_updates(self):
        hitmon = self.serve(self.write(LIVE))
        page = self.open(hitmon.address)
        self.wait_for_state(page, "live")
        self.panel(page, "Hits per wire").wait_for()
        before = self.number(page, "hits")
        figure = self.figures(page, "Hits per wire").first
        figure.scroll_into_view_if_needed()
        shown = figure.locator(".stat b").first
        shown.wait_for()
        first = shown.inner_text()
        self.wait_for(page, "([element, first]) => element.textContent !== first", [shown.element_handle(), first])
        self.wait_for(
            page,
            "before => Number(document.querySelector('.number.hits b').textContent.replace(/\\D/g, '')) > before",
            before,
        )

    def test_late_viewer(self):
        """Who comes late sees the present state, not what comes next: nothing comes any more."""
        hitmon = self.serve(self.write(SIMULATED), "--keep-open")
        early = self.open(hitmon.address)
        self.wait_for_state(early, "finished")
        everything = hitmon.get("/api/total?to=3")
        late = self.open(hitmon.address)
        self.wait_for_state(late, "finished")
        self.choose(late, "Hits per wire", "table")
        self.assertEqual(
            self.counts(self.figures(late, "Hits per wire").first),
            everything["histograms"]["occupancy/0"]["bin_counts"],
        )
        self.assertEqual(self.number(late, "hits"), everything["counts"]["hits"])

    def test_changed_pipeline(self):
        """What is added while the run goes on is on the open page; an error is told there, and changes nothing."""
        path = self.write(LIVE)
        hitmon = self.serve(path, "--watch")
        page = self.open(hitmon.address)
        self.wait_for_state(page, "live")
        self.panel(page, "Hits per wire").wait_for()
        page.evaluate("window.isTheSame = true")
        boards = "  boards: {of: NO_COLUMN, bins: 'categories 0, 1', title: Boards}\n"
        path.write_text(LIVE.replace("sinks:", boards + "sinks:"))
        banner = page.get_by_role("alert")
        banner.wait_for()
        self.assertIn(
            f"The changed pipeline has errors and was not taken: {path}:8: NO_COLUMN is not a column of this pipeline",
            banner.inner_text(),
        )
        self.assertEqual(self.panel(page, "Boards").count(), 0)
        before = self.entries(page)
        path.write_text(LIVE.replace("sinks:", "  boards: {of: FPGA, bins: 'categories 0, 1', title: Boards}\nsinks:"))
        self.panel(page, "Boards").wait_for()
        banner.wait_for(state="hidden")
        # What had been counted of the others is still there.
        self.assertGreaterEqual(self.entries(page), before)
        path.write_text(LIVE.replace("wire, bins: 64 from 0 to 64", "wire, bins: 32 from 0 to 64"))
        self.panel(page, "Boards").wait_for(state="detached")
        self.assertTrue(page.evaluate("window.isTheSame"))

    def test_server_restart(self):
        path = self.write(LIVE)
        hitmon = self.serve(path)
        page = self.open(hitmon.address)
        self.wait_for_state(page, "live")
        hitmon.process.kill()
        hitmon.process.wait()
        self.wait_for_state(page, "connection lost")
        banner = page.get_by_role("alert")
        self.assertIn("Connection lost", banner.inner_text())
        self.assertIn("connection lost", page.title())
        again = self.serve(path, "--port", str(hitmon.port))
        self.wait_for_state(page, "live")
        banner.wait_for(state="hidden")
        # What another run counted is not mixed in.
        run = again.get("/api/pipeline")["run"]
        self.wait_for(page, "run => document.querySelector('.run').textContent.includes(run)", run)

    def test_stalled(self):
        hitmon = self.serve(self.write(FED), "--input", "-", "--port", "0", stdin=subprocess.PIPE)
        page = self.open(hitmon.address)
        hitmon.process.stdin.write("2,0,5,100,10,3\n2,0,6,100,11,0\n" * 20_000)
        hitmon.process.stdin.flush()
        self.panel(page, "Hits per wire").wait_for()
        self.wait_for_state(page, "stalled")
        banner = page.get_by_role("alert")
        banner.wait_for()
        self.assertRegex(banner.inner_text(), "Stalled.*No new window for")
        self.assertIn("stalled", page.title())
        hitmon.process.stdin.close()

    def test_zoom_stays(self):
        hitmon = self.serve(self.write(LIVE))
        page = self.open(hitmon.address)
        figure = self.figures(page, "Hits per wire").first
        # It reacts from when it has been drawn.
        figure.locator(".stat b").first.wait_for()
        figure.scroll_into_view_if_needed()
        box = figure.locator(".stage").bounding_box()
        page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.4)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.42, steps=4)
        page.mouse.up()
        back = self.panel(page, "Hits per wire").get_by_role("button", name="Show all of it again")
        back.wait_for()
        first = self.first_bin(page, figure)
        self.assertGreater(first, 10)
        self.wait_for(
            page, "end => document.querySelector('time').dateTime > end", page.locator("time").get_attribute("datetime")
        )
        self.assertEqual(self.first_bin(page, figure), first)
        page.reload()
        figure = self.figures(page, "Hits per wire").first
        back.wait_for()
        figure.locator(".stat b").first.wait_for()
        self.assertEqual(self.first_bin(page, figure), first)
        back.click()
        self.assertEqual(self.first_bin(page, figure), 0)

    def first_bin(self, page, figure):
        """The first wire in view, as it is read out."""
        figure.focus()
        page.keyboard.press("Escape")
        page.evaluate("document.getElementById('said').textContent = ''")
        page.keyboard.press("ArrowRight")
        self.wait_for(page, "() => /^wire \\d+/.test(document.getElementById('said').textContent)")
        return int(re.search(r"wire (\d+)", page.locator("#said").text_content())[1])

    def test_reset(self):
        hitmon = self.serve(self.write(LIVE))
        page = self.open(hitmon.address)
        figure = self.figures(page, "Hits per wire").first
        figure.locator(".stat b").first.wait_for()
        self.wait_for(
            page, "() => Number(document.querySelector('.number.hits b').textContent.replace(/\\D/g, '')) > 2000"
        )
        before = self.entries(page)
        page.get_by_role("button", name="Reset", exact=True).click()
        self.wait_for(
            page,
            """() => /since your reset/.test(
              document.querySelector('figure[aria-label*=chamber]').getAttribute('aria-label'))""",
        )
        self.assertLess(self.entries(page), before)
        # The run is not touched by it.
        self.assertGreater(hitmon.get("/api/total")["counts"]["hits"], before)

    def test_markup_is_text(self):
        hitmon = self.serve(self.write(HOSTILE), "--keep-open")
        page = self.open(hitmon.address)
        self.wait_for_state(page, "finished")
        titles = page.locator("h2").all_inner_texts()
        self.assertIn("<img src=x onerror=\"document.title='broken'\"><b>bold</b>", titles)
        self.assertIn("</script><script>document.title='broken'</script>", titles)
        self.assertEqual(page.locator("main img, main b b, main script").count(), 0)
        self.assertNotIn("broken", page.title())

    def test_new_histogram(self):
        """A histogram more in the pipeline is a panel more on the page."""
        hitmon = self.serve(self.write(SIMULATED), "--keep-open")
        page = self.open(hitmon.address)
        self.wait_for_state(page, "finished")
        self.assertEqual(page.get_by_role("region", name="Wires of board 1", exact=True).count(), 0)
        more = SIMULATED.replace(
            "sinks:", "  board1: {of: wire, bins: 64 from 0 to 64, where: FPGA == 1, title: Wires of board 1}\nsinks:"
        )
        hitmon = self.serve(self.write(more), "--keep-open")
        page = self.open(hitmon.address)
        self.panel(page, "Wires of board 1").wait_for()


class StubTest(PageTest):
    """The page with a server that says what it is told to: states that take long to come about otherwise."""

    def setUp(self):
        super().setUp()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stub)
        self.server.daemon_threads = True
        self.server.events = []
        self.server.is_over = threading.Event()
        thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.addCleanup(self.server.is_over.set)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/"

    def say(self, name, data):
        self.server.events.append(f"event: {name}\ndata: {json.dumps(data)}\n\n".encode())

    def begin(self, state="live", message=None):
        self.say("view", view(["first"]))
        self.say("total", window(4, total=True))
        self.say("window", window(4))
        self.say("status", status(state, message))

    def test_lost(self):
        self.begin("lost", "the brokers at 10.0.0.1:9092 do not answer")
        page = self.open(self.address)
        self.wait_for_state(page, "lost")
        banner = page.get_by_role("alert")
        banner.wait_for()
        self.assertIn("the brokers at 10.0.0.1:9092 do not answer", banner.inner_text())
        self.assertIn("lost", page.title())
        self.say("status", status("live", None))
        self.wait_for_state(page, "live")
        banner.wait_for(state="hidden")

    def test_silence(self):
        """A connection that says nothing, and does not end either, is lost."""
        self.begin()
        page = self.open(self.address)
        self.wait_for_state(page, "live")
        self.wait_for_state(page, "connection lost")

    def test_panel_appears(self):
        self.begin()
        page = self.open(self.address)
        self.panel(page, "first").wait_for()
        kept = page.locator("section.panel").element_handle()
        self.say("view", view(["first", "second"]))
        self.panel(page, "second").wait_for()
        # What was there is still there, and not made again.
        self.assertTrue(kept.evaluate("panel => panel.isConnected"))

    def test_totals(self):
        """The newest window, in the total already, does not count twice; one after it does."""
        self.begin()
        page = self.open(self.address)
        self.panel(page, "first").wait_for()
        self.choose(page, "first", "table")
        figure = self.figures(page, "first").first
        self.assertEqual(self.counts(figure), [50, 100, 150])
        self.say("window", window(5))
        self.wait_for(
            page, "() => document.querySelector('.numbers td:last-child').previousSibling.textContent === '60'"
        )
        self.assertEqual(self.counts(figure), [60, 120, 180])
        # Windows were left out for a slow viewer: the total has them.
        self.say("total", window(9, total=True))
        self.say("window", window(9))
        self.wait_for(
            page, "() => document.querySelector('.numbers td:last-child').previousSibling.textContent === '100'"
        )
        self.assertEqual(self.counts(figure), [100, 200, 300])

    def test_run_changes(self):
        self.begin()
        page = self.open(self.address)
        self.panel(page, "first").wait_for()
        self.choose(page, "first", "table")
        self.say("window", {**window(0), "run": "another"})
        self.wait_for(
            page, "() => document.querySelector('.numbers td:last-child').previousSibling.textContent === '10'"
        )


class Stub(http.server.BaseHTTPRequestHandler):
    TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.path == "/api/events":
            self.tell()
            return
        name = "index.html" if self.path == "/" else self.path.removeprefix("/assets/")
        path = ROOT / "Sources/CPage/page" / name
        self.send_response(200 if path.is_file() else 404)
        self.send_header("content-type", self.TYPES.get(path.suffix[1:], "text/plain"))
        self.end_headers()
        if path.is_file():
            self.wfile.write(path.read_bytes())

    def tell(self):
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.end_headers()
        told = 0
        while not self.server.is_over.wait(0.02):
            while told < len(self.server.events):
                self.wfile.write(self.server.events[told])
                told += 1


def view(names):
    axis = {"label": "wire", "unit": ""}
    histograms = {
        name: {"title": name, "description": None, "kind": "counts", "x": axis, "y": None, "per": None, "values": []}
        for name in names
    }
    panel = {
        "per": None,
        "overlay": None,
        "scale": "linear",
        "last": None,
        "expect": None,
        "layout": None,
        "title": None,
        "description": None,
    }
    return {
        "title": "stub",
        "pipeline": "stub",
        "run": "run",
        "histograms": histograms,
        "layouts": {},
        "rows": [[{"plot": name, "as": "steps", **panel}] for name in names],
    }


def window(index, total=False):
    """A window with 10, 20, 30 entries; the total up to it."""
    factor = index + 1 if total else 1

    def time_of(second):
        return f"2026-11-22T14:00:{second:02}Z"

    histogram = {
        "title": "first",
        "axis": {"label": "wire", "unit": ""},
        "bin_edges": [0, 1, 2, 3],
        "bin_counts": [10 * factor, 20 * factor, 30 * factor],
        "underflow": 0,
        "overflow": 0,
        "unknown": 0,
    }
    times = {"start": time_of(0 if total else index * 2), "end": time_of(index * 2 + 2)}
    return {
        "schema": "hitmon.results/1",
        "pipeline": "stub",
        "run": "run",
        "window": {
            "index": index,
            "kind": "total" if total else "every",
            **({"windows": index + 1} if total else {}),
            **times,
        },
        "counts": {"records": 60 * factor, "hits": 60 * factor},
        "source": {"name": "stub"},
        "histograms": {"first": histogram, "second": histogram},
    }


def status(state, message):
    return {
        "state": state,
        "pipeline": "stub",
        "run": "run",
        "source": "topic",
        "now": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "age_s": 0.5,
        "window_s": 2,
        "records": 300,
        "hits": 300,
        "rate": 30,
        "rates": [[0, 30], [2, 30]],
        "lag_rows": None,
        "lag_s": None,
        "malformed": 0,
        "unmapped": 0,
        "dropped": 0,
        "late": 0,
        "gaps": 0,
        "viewers": 1,
        "version": "0",
        "message": message,
    }


if __name__ == "__main__":
    unittest.main()
