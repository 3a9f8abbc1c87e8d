"""The commands and the snippets of docs/python.md, and those of README.md for engines, as they stand there, with
clusters, a broker and a page of the tests' own in place of those of the text. (Those of `console` blocks are run by the
tests of the documentation.)
"""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
import unittest

from broker import broker, free_port
from case import NO_DASK, NO_KAFKA, NO_SPARK, PROGRAM, ROOT, Case

TEXT = (ROOT / "docs/python.md").read_text()
# Those that README.md has too are run once.
COMMANDS = list(dict.fromkeys(re.findall(
    r"^    ((?:hitmon|python|spark-submit) .*(?:--input data|span:).*)$", TEXT + (ROOT / "README.md").read_text(),
    re.MULTILINE)))
SNIPPETS = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
WORDS = ("dask", "spark")


@unittest.skipIf(NO_DASK or NO_SPARK, NO_DASK or NO_SPARK)
class DocsTest(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        import distributed
        import pyspark

        os.environ["SPARK_HOME"] = os.path.dirname(pyspark.__file__)
        cls.scheduler = cls.enterClassContext(
            distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)).scheduler_address
        cls.head = cls.enterClassContext(spark_cluster())

    def setUp(self):
        super().setUp()
        for name in ("pipelines", "plugins", "python"):
            (self.folder / name).symlink_to(ROOT / name)
        # A folder of two files, the second without a header.
        lines = pathlib.Path(self.data.path).read_bytes().splitlines(keepends=True)
        (self.folder / "data").mkdir()
        for name, part in (("a.txt", lines[: len(lines) // 3]), ("b.txt", lines[len(lines) // 3 :])):
            (self.folder / "data" / name).write_bytes(b"".join(part))
        (self.folder / "bin").mkdir()
        (self.folder / "bin/hitmon").symlink_to(PROGRAM)
        (self.folder / "bin/python").symlink_to(sys.executable)
        (self.folder / "bin/spark-submit").symlink_to(f"{os.environ['SPARK_HOME']}/bin/spark-submit")
        paths = [os.path.abspath(word) for word in os.environ["PYTHONPATH"].split(os.pathsep) if word]
        self.environment = os.environ | {
            "PATH": f"{self.folder}/bin:{os.environ['PATH']}", "PYTHONPATH": os.pathsep.join(paths),
            "MPLBACKEND": "agg", "HITMON_PYTHON": sys.executable}
        self.environment.pop("HITMON_BROKERS", None)

    def own(self, text):
        """A text of the page with the addresses that there are."""
        text = text.replace("tcp://scheduler:8786", self.scheduler)
        text = text.replace("scheduler:8786", self.scheduler.removeprefix("tcp://"))
        return text.replace("spark://head:7077", self.head)

    def start(self, command):
        return subprocess.Popen(
            ["bash", "-c", f"exec {self.own(command)}"], cwd=self.folder, env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def results(self):
        return (self.folder / "results.jsonl").read_bytes().splitlines()

    def test_there_are_some(self):
        self.assertEqual(len(COMMANDS), 10, COMMANDS)
        self.assertEqual(len(SNIPPETS), 2)

    def test_commands_that_read_files(self):
        commands = [command for command in COMMANDS if "--input data" in command]
        self.assertEqual({word for command in commands for word in WORDS if word in command}, set(WORDS))
        for command in commands:
            with self.subTest(command):
                (self.folder / "results.jsonl").unlink(missing_ok=True)
                process = self.start(command)
                _, errors = process.communicate(timeout=180)
                self.assertEqual(process.returncode, 0, errors)
                self.check(self.results())

    @unittest.skipIf(NO_KAFKA, NO_KAFKA)
    def test_commands_that_read_topics(self):
        commands = [command for command in COMMANDS if "span:" in command]
        self.assertEqual([word for command in commands for word in WORDS if word in command], list(WORDS))
        for command in commands:
            with self.subTest(command), broker(self.data.path, "dt-results") as brokers:
                (self.folder / "results.jsonl").unlink(missing_ok=True)
                self.environment["HITMON_BROKERS"] = brokers
                process = self.start(command)
                end = time.monotonic() + 120
                while process.poll() is None and time.monotonic() < end and self.rows() < 150_000:
                    time.sleep(0.2)
                process.send_signal(signal.SIGINT)
                _, errors = process.communicate(timeout=60)
                self.assertEqual(process.returncode, 0, errors)
                self.assertNotIn("Traceback", errors)
                self.assertGreater(self.rows(), 150_000, errors)
                # What is open is left to the next run.
                indices = [json.loads(line)["window"]["index"] for line in self.results()]
                self.assertEqual(indices, sorted(set(indices)))

    def rows(self):
        file = self.folder / "results.jsonl"
        lines = file.read_bytes().splitlines(keepends=True) if file.exists() else []
        return sum(json.loads(line)["counts"]["records"] for line in lines if line.endswith(b"\n"))

    def test_a_program(self):
        code = SNIPPETS[0] + "import sys\nsys.stdout.buffer.write(messages[0])\n"
        code = code.replace("messages = spark", "assert len(messages) == 1\nmessages = spark")
        self.check([self.python(code)])

    @unittest.skipIf(NO_KAFKA, NO_KAFKA)
    def test_results(self):
        words = [PROGRAM, "run", "pipelines/dt-chambers.yaml", "--window", "all", "--input", "data", "--quiet"]
        with broker(self.data.path, "dt-results") as brokers, contextlib.ExitStack() as stack:
            self.environment["HITMON_BROKERS"] = brokers
            subprocess.run(words, cwd=self.folder, env=self.environment, check=True, timeout=120)
            port = free_port()
            page = subprocess.Popen(
                [PROGRAM, "dashboard", "results.jsonl", "--port", str(port)], cwd=self.folder, env=self.environment,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            stack.callback(page.communicate)
            stack.callback(page.terminate)
            while "http://" not in (line := page.stdout.readline()):
                self.assertNotEqual(line, "", "the page did not start")
            code = SNIPPETS[1].replace("127.0.0.1:8080", f"127.0.0.1:{port}").replace("localhost:9092", brokers)
            # What is read from the three places is the same.
            places = [line for line in code.splitlines() if line.startswith("results.read(")]
            self.assertEqual(len(places), 2)
            for place in places:
                code += f"""
other = {place}
assert other.counts == found.counts, other.counts
for name in found.names:
    assert len(found[name].frame()) == len(other[name].frame()), name
    if not found[name].is_points:
        assert found[name].hist() == other[name].hist(), name
"""
            code += "print(found.counts['records'])\n"
            rows = sum(line[0].isdigit() for line in pathlib.Path(self.data.path).read_text().splitlines())
            self.assertEqual(int(self.python(code)), rows)

    def python(self, code):
        """What a program prints."""
        done = subprocess.run(
            [sys.executable, "-c", self.own(code)], cwd=self.folder, env=self.environment, capture_output=True,
            timeout=240)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout


@contextlib.contextmanager
def spark_cluster():
    """The address of a master with one worker, both processes of their own."""
    home = os.environ["SPARK_HOME"]
    port = free_port()
    address = f"spark://127.0.0.1:{port}"
    master = ["org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", str(port)]
    worker = ["org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--cores", "2", "--memory", "2g", address]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    environment = os.environ | {"SPARK_WORKER_DIR": "/tmp", "SPARK_LOCAL_IP": "127.0.0.1"}
    with contextlib.ExitStack() as stack:
        for words in (master, worker):
            process = subprocess.Popen(
                [f"{home}/bin/spark-class", *words, "--webui-port", "0"], env=environment, **quiet)
            stack.callback(process.wait)
            stack.callback(process.kill)
            # A worker that finds no master asks again after a long while.
            wait_for(port)
        yield address


def wait_for(port):
    """Waits until somebody listens, at most a minute."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.1)


if __name__ == "__main__":
    unittest.main()
