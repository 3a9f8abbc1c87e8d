"""The module for programs that compute columns: what it reads and writes, byte by byte, with numpy and without."""

import os
import struct
import sys
import threading
import unittest
from unittest import mock

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "python"))

from hitmon import external


def frame(kind, number, payload):
    return struct.pack("<4sB3xII", b"HMX1", ord(kind), len(payload), number) + payload


def column(code, name, unit=""):
    name, unit = name.encode(), unit.encode()
    return struct.pack("<BBHH", code, 0, len(name), len(unit)) + name + unit


HELLO = frame(
    "H",
    0,
    struct.pack("<HHHHI", 1, 2, 2, 0, 4096)
    + column(1, "wire")
    + column(3, "time", "ns")
    + column(3, "time_c", "ns")
    + column(4, "good"),
)
BATCH = frame(
    "B", 7, struct.pack("<II3i4x", 3, 0, 1, 2, -(2**31)) + struct.pack("<3d", 1.5, 2.5, float("nan"))
)


def talk(program, *frames):
    """Runs `program(source, target)` on frames; gives what it wrote."""
    to_program, ours = os.pipe()
    read_end, from_program = os.pipe()
    failure = []

    def run():
        try:
            program(to_program, from_program)
        except BaseException as error:
            failure.append(error)
        finally:
            os.close(from_program)

    thread = threading.Thread(target=run)
    thread.start()
    for one in frames:
        os.write(ours, one)
    os.close(ours)
    written = b""
    while part := os.read(read_end, 65536):
        written += part
    thread.join()
    os.close(read_end)
    os.close(to_program)
    return written, failure


class ExternalTest(unittest.TestCase):
    """`numpy` is what the module has found."""

    def setUp(self):
        patch = mock.patch.object(external, "numpy", None)
        patch.start()
        self.addCleanup(patch.stop)

    def calibrate(self, source, target):
        for batch in external.batches(source=source, target=target):
            self.assertEqual(len(batch), 3)
            self.assertEqual([bool(known) for known in batch.known("wire")], [True, True, False])
            self.assertEqual([bool(known) for known in batch.known("time")], [True, True, False])
            batch.out["time_c"] = [value * 2 for value in batch["time"]]
            batch.out["good"] = [True, False, None]

    def test_an_answer_to_every_batch(self):
        written, failure = talk(self.calibrate, HELLO, BATCH, BATCH)
        answer = frame(
            "R", 7, struct.pack("<II", 3, 0) + struct.pack("<3d", 3, 5, float("nan")) + bytes([1, 0, 2, 0, 0, 0, 0, 0])
        )
        self.assertEqual(failure, [])
        self.assertEqual(written, frame("H", 0, struct.pack("<HH", 1, 0)) + answer + answer)

    def test_what_is_not_set_is_unknown_and_one_value_is_that_of_all_rows(self):
        def program(source, target):
            for batch in external.batches(source=source, target=target):
                batch.out["good"] = 1

        written, _ = talk(program, HELLO, BATCH)
        self.assertTrue(written.endswith(struct.pack("<3d", *[float("nan")] * 3) + bytes([1, 1, 1, 0, 0, 0, 0, 0])))

    def test_mistakes_are_errors(self):
        for name, values, error in [("time_c", [1.0], ValueError), ("other", [1.0] * 3, KeyError)]:

            def program(source, target, name=name, values=values):
                for batch in external.batches(source=source, target=target):
                    batch.out[name] = values

            _, failure = talk(program, HELLO, BATCH)
            self.assertEqual([type(one) for one in failure], [error])

    def test_refusing(self):
        def check(inputs, outputs):
            declared = [(one.name, one.type, one.unit) for one in inputs]
            self.assertEqual(declared, [("wire", "i32", ""), ("time", "f64", "ns")])
            raise external.Refused("no constants")

        def program(source, target):
            for _ in external.batches(check, source, target):
                self.fail("there must be no batch")

        written, failure = talk(program, HELLO, BATCH)
        self.assertEqual(written, frame("E", 0, b"no constants"))
        self.assertEqual([type(one) for one in failure], [SystemExit])

        def late(source, target):
            for batch in external.batches(source=source, target=target):
                batch.refuse("run 7 has no constants")

        written, _ = talk(late, HELLO, BATCH)
        self.assertTrue(written.endswith(frame("E", 7, b"run 7 has no constants")))

    def test_other_versions_and_other_bytes(self):
        newer = bytearray(HELLO)
        newer[16] = 2
        written, _ = talk(self.calibrate, bytes(newer))
        self.assertIn(b"hitmon speaks version 2", written)
        _, failure = talk(self.calibrate, b"not a frame of hitmon")
        self.assertIn("no frame of hitmon", str(failure[0]))


try:
    import numpy
except ImportError:
    numpy = None


@unittest.skipIf(numpy is None, "numpy is not installed")
class NumpyTest(ExternalTest):
    def setUp(self):
        patch = mock.patch.object(external, "numpy", numpy)
        patch.start()
        self.addCleanup(patch.stop)

    def test_arrays(self):
        def program(source, target):
            for batch in external.batches(source=source, target=target):
                self.assertIsInstance(batch["time"], numpy.ndarray)
                batch.out["time_c"] = batch["time"] - 0.5 * batch["wire"]
                batch.out["good"] = batch.known("wire")

        written, failure = talk(program, HELLO, BATCH)
        self.assertEqual(failure, [])
        self.assertEqual(struct.unpack_from("<2d", written, 20 + 16 + 8), (1.0, 1.5))

    def test_floats_for_whole_numbers_are_an_error(self):
        def program(source, target):
            for batch in external.batches(source=source, target=target):
                batch.out["good"] = batch["time"]

        _, failure = talk(program, HELLO, BATCH)
        self.assertEqual([type(one) for one in failure], [TypeError])


if __name__ == "__main__":
    unittest.main()
