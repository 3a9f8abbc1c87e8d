"""Objects of a bucket as a source: the products that the same rows give from files, whatever the store does meanwhile, or
the error that says what to do. Every request's signature is held against botocore's own signer."""

import datetime
import gzip
import json
import os
import pathlib
import random
import subprocess
import tempfile
import unittest

from program import ENVIRONMENT, PROGRAM

try:
    import botocore.auth  # noqa: F401
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID
    import ipaddress

    from s3_store import BUCKET, KEY, SECRET, TOKEN, Store
except ImportError as error:
    missing = str(error)
else:
    missing = None

PIPELINE = """
pipeline: bucket
uses: [detectors/minidt]
window: all
histograms:
  occupancy: {of: wire, bins: 64 from 0 to 64, per: chamber}
  time: {of: TDC_MEAS, bins: 31 from 0 to 31, per: FPGA}
"""


def rows(count, seed=1, first=100):
    """Rows of a telescope, such as it might have."""
    source = random.Random(seed)
    return "".join(
        f"{source.choice([2, 2, 2, 0])},{source.randrange(2)},{source.randrange(140)},{first + index // 20},"
        f"{source.randrange(3564)},{source.randrange(31)}\n" for index in range(count))


class S3Case(unittest.TestCase):
    """A folder with a pipeline, and what the program makes of it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.write("bucket.yaml", PIPELINE)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    def hitmon(self, *arguments, variables):
        """The program's end. Neither it nor its results ever show a secret."""
        clean = {name: value for name, value in ENVIRONMENT.items() if not name.startswith("AWS_")}
        clean |= {"no_proxy": "127.0.0.1"} | variables
        done = subprocess.run(
            [PROGRAM, *map(str, arguments)], cwd=self.folder, env=clean, capture_output=True, text=True, timeout=120)
        results = self.folder / "results.jsonl"
        for text in [done.stdout, done.stderr, results.read_text() if results.exists() else ""]:
            for secret in [SECRET, TOKEN, "othersecret"]:
                self.assertNotIn(secret, text)
        return done

    def products(self, *arguments, variables=None, pipeline="bucket.yaml"):
        """The one result of a run that goes well."""
        (self.folder / "results.jsonl").unlink(missing_ok=True)
        done = self.hitmon(
            "run", pipeline, *arguments, "--results", "results.jsonl", variables=variables or {})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.said = done.stderr
        return json.loads((self.folder / "results.jsonl").read_text())

    def refusal(self, store, *arguments, pipeline="bucket.yaml", **changes):
        """The error of a run that does not."""
        done = self.hitmon(
            "run", pipeline, *(arguments or ["--input", f"s3://{BUCKET}/data_"]), "--quiet",
            variables=store.environment(**changes))
        self.assertEqual(done.returncode, 2, done.stderr)
        return done.stderr.strip().splitlines()[-1]

    def expected(self, texts):
        """What files with these texts give."""
        return self.products("--input", *[self.write(f"local/{number:06}", text) for number, text in enumerate(texts)])

    def agree(self, found, expected):
        self.assertEqual(found["counts"], expected["counts"])
        self.assertEqual(found["histograms"], expected["histograms"])

    def source(self, store, keys=""):
        """A pipeline with the store as its source."""
        self.write(
            "source.yaml",
            f"{PIPELINE}sources: {{archive: {{s3: {{endpoint: '{store.address}', bucket: {BUCKET}, prefix: data_"
            f"{keys}}}}}}}\n")
        return "source.yaml"


# What takes three requests.
LONG = rows(1000) * 950


@unittest.skipIf(missing, f"the packages of Tests/Python/requirements.txt are not there: {missing}")
class ReadingTest(S3Case):
    def test_text_gzip_and_zstd_under_odd_names(self):
        texts = [rows(3000, seed) for seed in range(6)]
        names = ["data_ a+b=c&d", "data_%25/../ü~(1)!*'", "data_//x", "data_z;,:@$[]{}|\\^`\"<>#?"]
        with Store() as store:
            store.page = 2
            for name, text in zip(names, texts):
                store.put(name, text)
            store.put("data_zz.gz", gzip.compress(texts[4].encode()))
            packed = subprocess.run(["zstd", "-q"], input=texts[5].encode(), capture_output=True, check=True).stdout
            store.put("data_zz.zst", packed)
            store.put("other", "no row\n")
            store.put("data_folder/", "")
            store.put("data_empty", "")
            found = self.products("--input", f"s3://{BUCKET}/data_", variables=store.environment())
            declared = self.products(pipeline=self.source(store), variables=store.environment())
            self.assertEqual(store.statuses().keys(), {200, 206})
        self.agree(found, self.expected(texts))
        self.agree(declared, found)
        wanted = {f"s3://{BUCKET}/{name}": [0, len(text)] for name, text in zip(names, texts)}
        wanted |= {f"s3://{BUCKET}/data_zz.gz": [0, len(texts[4])], f"s3://{BUCKET}/data_zz.zst": [0, len(texts[5])]}
        self.assertEqual(found["source"]["offsets"], wanted)
        self.assertEqual(list(found["source"]["offsets"]), sorted(wanted, key=str.encode))

    def test_twelve_hundred_objects(self):
        texts = [rows(20, seed, first=100 + seed) for seed in range(1200)]
        with Store() as store:
            for number, text in enumerate(texts):
                store.put(f"data_{number:05}", text)
            found = self.products("--input", f"s3://{BUCKET}/data_", variables=store.environment())
            pages = [target for _, target, _, _ in store.requests if "list-type" in target]
            self.assertEqual(len(pages), 2)
            self.assertEqual(store.statuses(), {200: 2, 206: 1200})
        self.agree(found, self.expected(["".join(texts)]))
        self.assertEqual(len(found["source"]["offsets"]), 1200)

    def test_an_object_of_that_very_name_is_meant_alone(self):
        with Store() as store:
            store.put("data_1", rows(10))
            store.put("data_10", rows(10))
            found = self.products("--input", f"s3://{BUCKET}/data_1", variables=store.environment())
        self.assertEqual(list(found["source"]["offsets"]), [f"s3://{BUCKET}/data_1"])

    def test_the_oldest_first(self):
        with Store() as store:
            for name, time in [("data_a", "09:00:00.5Z"), ("data_b", "08:00:00Z"), ("data_c", "09:00:00Z")]:
                store.put(name, rows(5), modified=f"2026-11-22T{time}")
            pipeline = self.source(store, ", order: modified")
            done = self.hitmon(
                "run", pipeline, "--window", "rows: 5", "--results", "-", "--quiet", variables=store.environment())
        read = [list(json.loads(line)["source"]["offsets"]) for line in done.stdout.splitlines()]
        self.assertEqual(read, [[f"s3://{BUCKET}/data_{letter}"] for letter in "bca"])

    def test_a_bad_row_is_named_by_its_place(self):
        with Store() as store:
            store.put("data_1", rows(3) + "no row\n" + rows(3))
            found = self.products("--input", f"s3://{BUCKET}/data_1", variables=store.environment())
        self.assertEqual(found["counts"]["malformed"], 1)
        self.assertIn(f"malformed row at s3://{BUCKET}/data_1:4: ", self.said)

    def test_the_emulator_reads_it(self):
        texts = [rows(500, seed, first=1000 + 30 * seed) for seed in range(3)]
        self.write(
            "chain.yaml", PIPELINE.replace("window: all", "window: {span: 100000 of ORBIT_CNT, late: 1000}") +
            "sources: {telescope: {kafka: {brokers: embedded, topic: hits, partitions: 1}}}\n"
            f"emulate: {{input: 's3://{BUCKET}/data_', rate: max}}\n")
        with Store() as store:
            for number, text in enumerate(texts):
                store.put(f"data_{number}", text)
            found = self.products(pipeline="chain.yaml", variables=store.environment())
        self.agree(found, self.expected(["".join(texts)]))


@unittest.skipIf(missing, f"the packages of Tests/Python/requirements.txt are not there: {missing}")
class TroubleTest(S3Case):
    def test_cut_transfers_go_on_where_they_stopped(self):
        # Three stretches: what was cut is asked for again, and nothing else.
        text = LONG
        self.assertGreater(len(text), 2 * 8 << 20)
        with Store() as store:
            store.put("data_1", text)
            store.put("data_2", rows(10, seed=2))
            store.cuts = [("data_1", 100_000), ("data_1", 0), ("data_1", 3_000_001), ("data_2", 17)]
            found = self.products("--input", f"s3://{BUCKET}/data_", variables=store.environment())
            sent = sum(bytes for _, target, status, bytes in store.requests if status == 206)
            self.assertEqual(store.cuts, [])
            self.assertEqual(sent, len(text) + len(rows(10, seed=2)))
        self.agree(found, self.expected([text, rows(10, seed=2)]))

    def test_a_server_that_is_busy_is_asked_again(self):
        text = rows(1000)
        with Store() as store:
            store.put("data_1", text)
            store.failures = [
                ("list-type", 503, "SlowDown"), ("list-type", 500, "InternalError"), ("data_1", 503, "SlowDown"),
                ("data_1", 502, ""), ("data_1", 429, "", ("Retry-After", "0.1"))]
            found = self.products("--input", f"s3://{BUCKET}/data_", variables=store.environment())
            self.assertEqual(store.failures, [])
        self.assertIn("the store says InternalError (Please reduce your request rate.); it is asked again", self.said)
        self.assertIn(f"s3://{BUCKET}/data_1: the server says HTTP 502; it is asked again from byte 0 on", self.said)
        self.agree(found, self.expected([text]))

    def test_patience_ends(self):
        with Store() as store:
            store.put("data_1", rows(10))
            store.failures = [("data_1", 503, "SlowDown")] * 1000
            done = self.hitmon(
                "run", self.source(store, ", patience: 1 s"), "--quiet", variables=store.environment())
        self.assertEqual(done.returncode, 2)
        self.assertIn("the store says SlowDown (Please reduce your request rate.): it has said so for 1 s", done.stderr)

    def test_an_object_that_changes(self):
        text = LONG
        for knows_tags in [True, False]:
            with self.subTest(knows_tags=knows_tags), Store() as store:
                store.knows_tags = knows_tags
                store.put("data_1", text)
                store.replacement = ("data_1", 1, LONG[:-100])
                self.assertIn("it was replaced after it was listed", self.refusal(store))

    def test_an_object_that_goes_away(self):
        with Store() as store:
            store.put("data_1", rows(10))
            store.failures = [("data_1", 404, "NoSuchKey")]
            self.assertIn("NoSuchKey (Please reduce your request rate.): it was removed after it was listed",
                          self.refusal(store))

    def test_a_store_without_ranges(self):
        with Store() as store:
            store.knows_ranges = False
            store.put("data_1", rows(10))
            self.products("--input", f"s3://{BUCKET}/data_", variables=store.environment())
            store.put("data_2", LONG)
            self.assertIn("the server sends whole objects only", self.refusal(store))

    def test_what_a_store_refuses(self):
        with Store() as store:
            store.put("data_1", rows(10))
            self.assertIn(
                "the store says InvalidAccessKeyId (The AWS Access Key Id you provided does not exist in our records.): "
                "it does not know the access key from AWS_ACCESS_KEY_ID", self.refusal(store, AWS_ACCESS_KEY_ID="OTHER"))
            self.assertIn(
                "SignatureDoesNotMatch (The request signature we calculated does not match the signature you provided.): "
                "the secret key does not go with the access key from AWS_ACCESS_KEY_ID",
                self.refusal(store, AWS_SECRET_ACCESS_KEY="othersecret"))
            self.assertIn(
                "the keys from AWS_ACCESS_KEY_ID were for a while only: get new ones",
                self.refusal(store, AWS_SESSION_TOKEN="othersecret"))
            self.assertIn(
                "the bucket is in another region: give `region: eu-test-1`", self.refusal(store, AWS_REGION="us-west-9"))
            self.assertIn(
                "there are no keys: set AWS_ACCESS_KEY_ID", self.refusal(store, AWS_ACCESS_KEY_ID=None))
            self.assertIn(
                "there is no bucket `hist`: correct the name", self.refusal(store, "--input", "s3://hist/data_"))
            self.assertIn(
                "no object's name begins with `dta_`", self.refusal(store, "--input", f"s3://{BUCKET}/dta_"))
            self.assertIn("AWS_SECRET_ACCESS_KEY is not: set both", self.refusal(store, AWS_SECRET_ACCESS_KEY=None))
            self.assertIn("there is no profile `lab`", self.refusal(store, AWS_PROFILE="lab"))
            store.ahead = 3600
            self.assertRegex(
                self.refusal(store), r"RequestTimeTooSkewed .*: the clocks differ \(the store's says \S+, this machine's "
                r"\S+\): set this machine's by NTP")

    def test_what_is_no_store(self):
        with Store() as store:
            address = store.address
        self.assertRegex(self.refusal(store), f"cannot list s3://{BUCKET}/data_ at {address}: .*is the store there")
        with Store() as store:
            store.failures = [("list-type", 404, "")]
            self.assertIn("the server says HTTP 404: that is no answer of an S3 store", self.refusal(store))
            store.listing = lambda query: b"<html><body>Welcome!</html>"
            self.assertIn("what came is not a whole answer of an S3 store", self.refusal(store))
            self.assertIn(
                "correct AWS_ENDPOINT_URL_S3", self.refusal(store, AWS_ENDPOINT_URL="http://name:othersecret@host"))


@unittest.skipIf(missing, f"the packages of Tests/Python/requirements.txt are not there: {missing}")
class AccessTest(S3Case):
    def read(self, store, **changes):
        found = self.products("--input", f"s3://{BUCKET}/data_", variables=store.environment(**changes))
        self.assertEqual(found["counts"]["records"], 10)

    def test_keys_for_a_while(self):
        with Store() as store:
            store.put("data_1", rows(10))
            store.token = TOKEN
            self.read(store, AWS_SESSION_TOKEN=TOKEN)

    def test_a_profile(self):
        with Store() as store:
            store.put("data_1", rows(10))
            nothing = dict.fromkeys(store.environment())
            self.write(
                ".aws/credentials", f"# keys\n[default]\naws_access_key_id = x\naws_secret_access_key = othersecret\n"
                f"[lab]\naws_access_key_id={KEY}\naws_secret_access_key = {SECRET}\n")
            self.write(
                ".aws/config", f"[profile lab]\nregion = {store.region}\nendpoint_url = {store.address}\n"
                "s3 =\n  addressing_style = path\n  region = none\n")
            self.read(store, **nothing | {"HOME": str(self.folder), "AWS_PROFILE": "lab"})
            self.assertIn(
                f"the access key from profile `default` of {self.folder}/.aws/credentials",
                self.refusal(store, AWS_ACCESS_KEY_ID=None, HOME=str(self.folder)))
            # A profile that the pipeline names goes before the variables.
            found = self.products(
                pipeline=self.source(store, ", profile: lab"),
                variables=store.environment(AWS_ACCESS_KEY_ID="OTHER", HOME=str(self.folder)))
            self.assertEqual(found["counts"]["records"], 10)
            self.write(".aws/config", "[profile sso]\nsso_session = lab\n")
            self.assertIn(
                "profile `sso` gets its keys by sso_session", self.refusal(
                    store, AWS_ACCESS_KEY_ID=None, AWS_PROFILE="sso", HOME=str(self.folder)))

    def test_an_open_bucket(self):
        with Store() as store:
            store.put("data_1", rows(10))
            store.is_open = True
            self.read(store, AWS_ACCESS_KEY_ID=None)
            self.products(
                pipeline=self.source(store, ", anonymous: true"), variables=store.environment(AWS_ACCESS_KEY_ID="OTHER"))

    def test_an_authority_of_ones_own(self):
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "lab")])
        now = datetime.datetime.now(datetime.timezone.utc)
        certificate = (
            x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(1).not_valid_before(now - datetime.timedelta(1)).not_valid_after(now + datetime.timedelta(1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
            .sign(key, hashes.SHA256()))
        public = self.write("ca.pem", certificate.public_bytes(serialization.Encoding.PEM))
        private = self.write("key.pem", key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
        with Store(certificate=(public, private)) as store:
            store.put("data_1", rows(10))
            self.read(store, AWS_CA_BUNDLE=public)
            found = self.products(pipeline=self.source(store, ", ca: ca.pem"), variables=store.environment())
            self.assertEqual(found["counts"]["records"], 10)
            self.assertIn("give the file of the authority that signed the server's certificate as `ca`", self.refusal(store))
            self.assertIn(
                "takes a file of certificates (PEM) that can be read", self.refusal(store, AWS_CA_BUNDLE="/nonexistent"))
            self.assertIn(
                "if the store speaks TLS, write `https://`",
                self.refusal(store, AWS_ENDPOINT_URL=store.address.replace("https", "http")))

    def test_lint_tries_it(self):
        with Store() as store:
            store.put("data_1", rows(10))
            pipeline = self.source(store)
            variables = store.environment()
            self.assertEqual(self.hitmon("lint", pipeline, "--probe", variables=variables).returncode, 0)
            wrong = self.hitmon(
                "lint", pipeline, "--probe", variables=store.environment(AWS_SECRET_ACCESS_KEY="othersecret"))
            self.assertIn("source.yaml:8:", wrong.stderr)
            self.assertIn("error[no-store]: cannot list s3://hits/data_ at", wrong.stderr)
            store.objects = {}
            self.assertIn(
                "error[no-objects]", self.hitmon("lint", pipeline, "--probe", variables=variables).stderr)
            store.failures = [("list-type", 503, "SlowDown")]
            self.assertIn("error[no-store]", self.hitmon("lint", pipeline, "--probe", variables=variables).stderr)


if __name__ == "__main__":
    unittest.main()
