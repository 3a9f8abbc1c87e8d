"""Files of results that engines write: what they held is whole until something takes its place."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

from program import ENVIRONMENT, PROGRAM, ROOT

sys.path.insert(0, str(ROOT / "python"))
os.environ["HITMON"] = PROGRAM
os.environ["HITMON_PLUGINS"] = ENVIRONMENT["HITMON_PLUGINS"]

from hitmon.job import Job
from hitmon.kernel import HitmonError, Kernel
from hitmon.output import OutputFile

PIPELINE = """
pipeline: pairs
record: {format: csv, fields: {a: u8, b: f64}}
histograms: {a: {of: a, bins: 'integers 0..3'}}
window: all
"""
NIGHT = b'{"old": "results of last night"}\n'


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="hitmon-output-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.old = self.file("old", NIGHT)

    def file(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def refusal(self, path, append=False, taken=()):
        with self.assertRaises(HitmonError) as raised:
            OutputFile(str(path), append, taken)
        return str(raised.exception)

    def names(self):
        return sorted(os.listdir(self.folder))


class OutputTest(Case):
    def test_a_file_is_replaced_by_the_first_lines(self):
        self.old.chmod(0o640)
        file = OutputFile(str(self.old))
        self.assertEqual(self.old.read_bytes(), NIGHT)
        file.write(b"1\n")
        file.write(b"2\n")
        file.close()
        self.assertEqual((self.old.read_bytes(), self.names()), (b"1\n2\n", ["old"]))
        self.assertEqual(self.old.stat().st_mode & 0o777, 0o640)

    def test_without_lines_all_is_as_it_was(self):
        for append in (False, True):
            OutputFile(str(self.folder / "new"), append).close()
        OutputFile(str(self.old)).close()
        self.assertEqual((self.old.read_bytes(), self.names()), (NIGHT, ["old"]))

    def test_one_program_writes_to_a_file(self):
        for name in ("old", "new"):
            first = OutputFile(str(self.folder / name))
            self.assertIn("another program writes to it now", self.refusal(self.folder / name))
            first.write(b"1\n")
            self.assertIn("another program writes to it now", self.refusal(self.folder / name))
            first.close()

    def test_a_run_writes_a_file_once(self):
        (self.folder / "link").symlink_to("new")
        for name in ("old", "new"):
            first = OutputFile(str(self.folder / name))
            words = "it is written already, by a sink of the pipeline or another option"
            with self.assertRaisesRegex(HitmonError, words):
                OutputFile(str(self.folder / name), written=[first])
            if name == "new":
                with self.assertRaisesRegex(HitmonError, "it is the same file as .*/new, which is written already"):
                    OutputFile(str(self.folder / "link"), written=[first])
            first.close()
        self.assertEqual((self.old.read_bytes(), self.names()), (NIGHT, ["link", "old"]))

    def child(self, path, redirection):
        """What a program leaves that prints, writes two parts to a path, and prints again."""
        code = (
            "import sys; from hitmon.output import OutputFile; print('before', flush=True);"
            "file = OutputFile(sys.argv[1]); file.write(b'1\\n'); file.write(b'2\\n'); file.close(); print('behind')"
        )
        return subprocess.run(
            ["bash", "-c", f'"$0" -c "$1" "$2" {redirection}', sys.executable, code, path],
            cwd=self.folder, env=dict(os.environ, PYTHONPATH=str(ROOT / "python")), stdout=subprocess.PIPE, check=True,
        ).stdout

    def test_descriptors_go_on_where_they_are(self):
        (self.folder / "link").symlink_to("/dev/stdout")
        for path in ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "link"):
            with self.subTest(path):
                self.assertEqual(self.child(path, ""), b"before\n1\n2\nbehind\n")
                self.assertEqual(self.child(path, "| cat"), b"before\n1\n2\nbehind\n")
                for redirection, kept in ((">", b""), (">>", NIGHT)):
                    log = self.file("log", NIGHT)
                    self.child(path, f"{redirection} log")
                    self.assertEqual(log.read_bytes(), kept + b"before\n1\n2\nbehind\n")
        self.child("/dev/fd/7", "7>> old > log")
        self.assertEqual(self.old.read_bytes(), NIGHT + b"1\n2\n")

    def test_descriptors_that_cannot_be_written(self):
        with open(self.old, "rb") as file:
            self.assertIn("bad file descriptor", self.refusal(f"/dev/fd/{file.fileno()}"))
            closed = os.dup(file.fileno())
        os.close(closed)
        self.assertIn("bad file descriptor", self.refusal(f"/dev/fd/{closed}"))
        with open(self.old, "ab") as file:
            self.assertIn("is the same file as", self.refusal(f"/dev/fd/{file.fileno()}", taken=[str(self.old)]))
        self.assertEqual(self.old.read_bytes(), NIGHT)

    def test_a_named_pipe_takes_lines_as_they_come(self):
        pipe = self.folder / "pipe"
        os.mkfifo(pipe)
        # Open for both, so that nobody waits for the other end.
        reader = os.open(pipe, os.O_RDWR)
        self.addCleanup(os.close, reader)
        file = OutputFile(str(pipe))
        file.write(b"1\n")
        file.write(b"2\n")
        file.close()
        self.assertEqual(os.read(reader, 100), b"1\n2\n")

    def test_files_in_memory_are_files(self):
        with tempfile.NamedTemporaryFile(dir="/dev/shm", prefix="hitmon-output-") as held:
            held.write(NIGHT)
            held.flush()
            OutputFile(held.name).close()
            self.assertEqual(pathlib.Path(held.name).read_bytes(), NIGHT)

    def test_a_link_is_followed_and_inputs_are_not_written(self):
        link, hard = self.folder / "link", self.folder / "hard"
        link.symlink_to("old")
        for path in (self.old, link):
            self.assertIn("is the same file as", self.refusal(path, taken=[str(self.old)]))
        os.link(self.old, hard)
        self.assertIn("is the same file as", self.refusal(hard, taken=[str(self.old)]))
        file = OutputFile(str(link))
        file.write(b"1\n")
        file.close()
        self.assertTrue(link.is_symlink())
        self.assertEqual((self.old.read_bytes(), hard.read_bytes()), (b"1\n", NIGHT))

    def test_lines_go_behind_whole_ones(self):
        message = b'{"schema":"hitmon.results/1"}'
        for before, after in ((message, message + b"\n"), (message + b"\n", message + b"\n"), (b"", b"")):
            path = self.file("log", before)
            file = OutputFile(str(path), append=True)
            file.write(b"1\n")
            file.close()
            self.assertEqual(path.read_bytes(), after + b"1\n")
        for before in (b"notes", message + b"\n" + message[:-3]):
            self.assertIn("is not a whole message", self.refusal(self.file("log", before), append=True))
            self.assertEqual((self.folder / "log").read_bytes(), before)


class JobTest(Case):
    def setUp(self):
        super().setUp()
        self.pipeline = self.file("pairs.yaml", PIPELINE.encode())
        self.rows = self.file("rows.txt", b"1,2\n2,3\n")

    def job(self, rows, *results):
        kernel = Kernel(str(self.pipeline))
        return kernel, Job(kernel, [str(rows)], [str(path) for path in results])

    def test_a_start_that_fails_leaves_results(self):
        before = self.names()
        new = self.folder / "new"
        for rows, results in (
            (self.folder / "none", [self.old, new]),
            (self.rows, [self.old, new, self.rows]),
            (self.rows, [self.old, new, self.pipeline]),
            (self.rows, [self.old, new, self.folder / "none" / "results"]),
        ):
            with self.assertRaises(HitmonError):
                self.job(rows, *results)
            self.assertEqual((self.old.read_bytes(), self.names()), (NIGHT, before))
            self.assertEqual(self.rows.read_bytes(), b"1,2\n2,3\n")
            self.assertEqual(self.pipeline.read_bytes(), PIPELINE.encode())

    def test_no_row_that_can_be_decoded_is_an_exit_code(self):
        for data, code in ((b"1;2\n2;3\n", 3), (b"1,2\n2;3\n", 0), (b"", 0)):
            kernel, job = self.job(self.file("rows.txt", data), self.old)
            job.publish(kernel.merge([kernel.count_rows(data, "rows.txt")]))
            job.close()
            self.assertEqual(job.exit_code(), code)
            self.assertTrue(self.old.read_bytes().startswith(b'{"schema"'))


if __name__ == "__main__":
    unittest.main()
