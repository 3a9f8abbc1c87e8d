"""Native libraries that end the program: a run that they end has not gone well."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

from program import ENVIRONMENT, PROGRAM, ROOT

COMPILER = shutil.which("cc") or shutil.which("clang")
PIPELINE = """
pipeline: tubes
uses: [straws]
window: {rows: 4}
histograms: {radius: {of: radius, bins: 10 from 0 mm to 10 mm}}
"""
EVALUATE = "  (void)state;\n  for (size_t i = 0; i < rows; i++) radius"
RECORD = b"\x05\x08\0\0\0\0\0\x80"


@unittest.skipUnless(COMPILER, "there is no C compiler")
class Ends(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="hitmon-native-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "tubes.yaml").write_text(PIPELINE)
        shutil.copy(ROOT / "docs/examples/native/straws.yaml", self.folder)

    def run_with(self, place, code, records=20_000):
        """A run with a library that does something at a place of its code."""
        text = (ROOT / "docs/examples/native/straws.c").read_text()
        self.assertEqual(text.count(place), 1)
        text = "#include <pthread.h>\n#include <stdlib.h>\n#include <unistd.h>\n" + text.replace(place, code + place)
        source = self.folder / "straws.c"
        source.write_text(text)
        library = self.folder / "libstraws.so"
        words = [COMPILER, "-shared", "-fPIC", "-pthread", "-I", ROOT / "Sources/CPlugin/include"]
        subprocess.run([*words, "-o", library, source, "-lm"], check=True)
        (self.folder / "hits.bin").write_bytes(RECORD * records)
        return subprocess.run(
            [PROGRAM, "run", "tubes.yaml", "--input", "hits.bin", "--results", "out.jsonl", "--threads", "1"],
            cwd=self.folder, capture_output=True, text=True, env=ENVIRONMENT)

    def test_as_it_is(self):
        self.assertEqual(self.run_with(EVALUATE, "").returncode, 0)

    def test_while_rows_flow(self):
        for code in ("exit(0);", "static int calls; if (++calls > 2) exit(0);", "exit(7);"):
            done = self.run_with(EVALUATE, code)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("error: a native library has ended the program (libstraws.so): ", done.stderr)
            written = (self.folder / "out.jsonl").read_bytes() if (self.folder / "out.jsonl").exists() else b""
            self.assertTrue(not written or written.endswith(b"\n"))

    def test_from_a_thread_of_its_own(self):
        done = self.run_with(
            EVALUATE, "pthread_t thread; pthread_create(&thread, 0, (void *(*)(void *))exit, 0); pause();")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("has ended the program (libstraws.so)", done.stderr)

    def test_while_it_is_tried(self):
        for code in ("exit(0);", "exit(42);", "_exit(0);", "_exit(42);"):
            done = self.run_with("  *state = self;\n", code)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("ends the program when it is loaded", done.stderr)


if __name__ == "__main__":
    unittest.main()
