"""Keys, profiles, certificates, and what lint finds out. Every signature is held against botocore's own signer."""

import datetime
import ipaddress
import unittest

from s3_case import BUCKET, KEY, SECRET, TOKEN, S3Case, Store, needs_packages, rows

try:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID
except ImportError:
    # The tests are skipped by what s3_case misses.
    pass


@needs_packages
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
            variables = store.environment(AWS_ACCESS_KEY_ID="OTHER")
            self.products(pipeline=self.source(store, ", anonymous: true"), variables=variables)

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
            self.assertIn(
                "give the file of the authority that signed the server's certificate as `ca`", self.refusal(store))
            self.assertIn(
                "takes a file of certificates (PEM) that can be read",
                self.refusal(store, AWS_CA_BUNDLE="/nonexistent"))
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
