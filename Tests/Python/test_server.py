"""The program's web server, seen from outside: how much memory clients cost it that do not read, and how it ends."""

import json
import pathlib
import re
import select
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.request

from program import ENVIRONMENT, PROGRAM


def message(index: int, size: int) -> str:
    """A window's results of so many bytes or a little more."""
    histogram = {
        "title": "x" * size, "axis": {"label": "wire", "unit": ""}, "bin_edges": [0, 1, 2], "bin_counts": [index, 1],
        "underflow": 0, "overflow": 0, "unknown": 0,
    }
    return json.dumps({
        "schema": "hitmon.results/1", "pipeline": "p", "run": "2026-11-22T14:00:00Z-7f3a",
        "window": {"index": index, "kind": "rows", "start": index, "end": index + 1},
        "counts": {"records": 1, "malformed": 0, "dropped": 0, "hits": 1, "unmapped": 0, "late": 0},
        "source": {"name": "hits", "file": "hits.txt"}, "histograms": {"wires": histogram},
    })


class Server:
    """`hitmon dashboard` on a file of results."""

    def __init__(self, test: unittest.TestCase, windows: int, size: int, *options: str) -> None:
        self.folder = tempfile.TemporaryDirectory()
        path = pathlib.Path(self.folder.name, "results.jsonl")
        with path.open("w") as file:
            for index in range(windows):
                file.write(message(index, size) + "\n")
        # Work for an event loop that has ended is a sentence on standard error, and with this the end of the program.
        self.process = subprocess.Popen(
            [PROGRAM, "dashboard", str(path), "--port", "0", *options], stderr=subprocess.PIPE, text=True,
            env=ENVIRONMENT | {"SWIFTNIO_STRICT": "1"})
        test.addCleanup(self.process.kill)
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", self.process.stderr.readline())
        self.port = int(found[1])
        while windows != self.windows():
            time.sleep(0.05)

    def windows(self) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/windows", timeout=60) as answer:
            return len(json.load(answer)["windows"])

    def ask(self, target: str) -> socket.socket:
        """A client that has asked, and takes little that it has not read."""
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", self.port))
        client.sendall(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        return client

    def peak(self) -> int:
        """The most memory that it has had, in bytes."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024

    def end(self) -> tuple[int, str]:
        self.process.send_signal(signal.SIGINT)
        _, error = self.process.communicate()
        self.folder.cleanup()
        return self.process.returncode, error


class Memory(unittest.TestCase):
    def unread(self, server: Server) -> None:
        before = server.peak()
        clients = [server.ask("/api/windows?last=999999999") for _ in range(60)]
        heads = []
        for client in clients:
            self.assertTrue(select.select([client], [], [], 120)[0])
            heads.append(client.recv(12, socket.MSG_PEEK).decode())
        # All that fit into 256 MB are answered, and the others are told.
        self.assertEqual(set(heads), {"HTTP/1.1 200", "HTTP/1.1 503"})
        self.assertGreaterEqual(heads.count("HTTP/1.1 200"), 7)
        self.assertLess(server.peak() - before, 320 << 20)
        # What is refused once is had later.
        for client in clients:
            client.close()
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/api/windows?last=999999999") as answer:
            self.assertGreater(len(json.load(answer)["windows"]), 200)
        self.assertEqual(server.end(), (130, ""))

    def test_answers_from_a_file(self) -> None:
        self.unread(Server(self, 300, 150_000))

    def test_answers_from_memory(self) -> None:
        self.unread(Server(self, 300, 150_000, "--follow"))


class End(unittest.TestCase):
    def test_while_answers_are_made(self) -> None:
        server = Server(self, 200, 20_000)
        clients = [server.ask("/api/histograms/wires.json?over=last:200") for _ in range(40)]
        self.assertEqual(server.end(), (130, ""))
        for client in clients:
            client.close()


if __name__ == "__main__":
    unittest.main()
