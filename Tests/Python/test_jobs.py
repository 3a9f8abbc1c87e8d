"""How an input is cut into pieces, how errors come back from workers, and what Spark's connector is told."""

import contextlib
import gzip
import io
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "python")]

from hitmon import connector, job, kernel  # noqa: E402
from hitmon.kernel import Input, Piece, pieces  # noqa: E402


class PiecesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def file(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return str(path)

    def test_large_files_are_cut_and_packed_ones_are_not(self):
        rows = self.file("rows", b"2,0,1,1,1,1\n" * 100)
        self.assertEqual(
            pieces([rows], 400), [Piece(rows, 0, 0, 400), Piece(rows, 0, 400, 800), Piece(rows, 0, 800, None)])
        packed = self.file("packed", gzip.compress(bytes(range(256)) * 8, 0))
        self.assertEqual(pieces([packed], 400), [Piece(packed, 0)])

    def test_small_files_go_together_in_their_order(self):
        a, b, c = (self.file(name, b"x" * 100) for name in "abc")
        large = self.file("large", b"y" * 1000)
        self.assertEqual(
            pieces([a, b, large, c, a, b], 250),
            [Piece(a, 0, more=(b,)), *(Piece(large, 2, 250 * n, 250 * n + 250 if n < 3 else None) for n in range(4)),
             Piece(c, 3, more=(a,)), Piece(b, 5)])

    def test_objects_stay_whole(self):
        small, large = Input("s3://b/small", 10), Input("s3://b/large", 10_000)
        self.assertEqual(
            pieces([small, small, large, small], 100),
            [Piece(small.name, 0, more=(small.name,)), Piece(large.name, 2), Piece(small.name, 3)])
        # Nobody knows how much a prefix is.
        self.assertEqual(len(pieces(["s3://b/one", "s3://b/two"], 100)), 2)

    def test_a_command_line_has_an_end(self):
        cut = pieces([Input(f"s3://b/{index}", 1) for index in range(2500)])
        self.assertEqual([len(one.more) + 1 for one in cut], [1000, 1000, 500])
        self.assertEqual([one.order for one in cut], [0, 1000, 2000])


class OptionsTest(unittest.TestCase):
    def test_settings_have_a_name_and_a_value(self):
        options = job.parser("hitmon.spark", "")
        found = options.parse_args(["p.yaml", "--kafka", "a.b=c=d", "--kafka", "e="])
        self.assertEqual(dict(found.kafka), {"a.b": "c=d", "e": ""})
        for text in ("a.b", "=c", ""):
            with self.subTest(text), contextlib.redirect_stderr(io.StringIO()) as told:
                with self.assertRaises(SystemExit):
                    options.parse_args(["p.yaml", f"--kafka={text}"])
                self.assertIn(f"`{text}` has no `=`: write NAME=VALUE", told.getvalue())


class OutcomesTest(unittest.TestCase):
    def test_what_another_try_would_not_mend_is_handed_back(self):
        def refuse():
            raise kernel.HitmonError("no such bucket")

        def die():
            raise kernel.Died("signal 9")

        outcome = kernel.settled(refuse)
        self.assertEqual(kernel.settled(lambda: b"part"), b"part")
        with self.assertRaisesRegex(kernel.HitmonError, "no such bucket"):
            kernel.whole([b"part", outcome])
        with self.assertRaises(kernel.Died):
            kernel.settled(die)

    def test_a_program_that_is_killed_is_no_error_of_the_user(self):
        with tempfile.TemporaryDirectory() as folder:
            program = pathlib.Path(folder) / "program"
            program.write_text("#!/bin/sh\nkill -9 $$\n")
            program.chmod(0o755)
            with self.assertRaisesRegex(kernel.Died, "ended by signal 9"):
                kernel.Kernel("pipeline.yaml", program=str(program)).count(Piece("rows", 0))


class ConnectorTest(unittest.TestCase):
    """Kafka's Java client has names of its own, and must not be left without what guards a connection."""

    def test_settings_in_java_s_words(self):
        self.assertEqual(connector.java_settings({"linger.ms": "5", "client.id": "x"}), {"client.id": "x"})
        self.assertEqual(
            connector.java_settings({
                "security.protocol": "sasl_ssl", "sasl.mechanisms": "SCRAM-SHA-512", "sasl.username": "u",
                "sasl.password": 'a"b\\c', "ssl.ca.location": "/ca.pem",
                "ssl.endpoint.identification.algorithm": "none"}),
            {"security.protocol": "SASL_SSL", "sasl.mechanism": "SCRAM-SHA-512",
             "sasl.jaas.config": "org.apache.kafka.common.security.scram.ScramLoginModule required "
             'username="u" password="a\\"b\\\\c";',
             "ssl.truststore.type": "PEM", "ssl.truststore.location": "/ca.pem",
             "ssl.endpoint.identification.algorithm": ""})

    def test_what_is_not_understood_is_left_to_librdkafka(self):
        for settings in [
            {"sasl.mechanism": "GSSAPI", "sasl.username": "u", "sasl.password": "p"},
            {"sasl.mechanism": "PLAIN", "sasl.username": "u"},
            {"ssl.certificate.location": "/client.pem"},
            {"enable.ssl.certificate.verification": "false"},
        ]:
            with self.subTest(settings=settings):
                self.assertIsNone(connector.java_settings(settings))


if __name__ == "__main__":
    unittest.main()
