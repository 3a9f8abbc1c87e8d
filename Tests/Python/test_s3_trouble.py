"""What a store does to those who read from it: the right products all the same, or the error that says what to do."""

import unittest

from s3_case import BUCKET, LONG, S3Case, Store, needs_packages, rows


@needs_packages
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
                "the store says InvalidAccessKeyId (The access key Id you provided does not exist in our records.): "
                "it does not know the access key from AWS_ACCESS_KEY_ID",
                self.refusal(store, AWS_ACCESS_KEY_ID="OTHER"))
            self.assertIn(
                "SignatureDoesNotMatch (The request signature we calculated does not match the signature you "
                "provided.): the secret key does not go with the access key from AWS_ACCESS_KEY_ID",
                self.refusal(store, AWS_SECRET_ACCESS_KEY="othersecret"))
            self.assertIn(
                "the keys from AWS_ACCESS_KEY_ID were for a while only: get new ones",
                self.refusal(store, AWS_SESSION_TOKEN="othersecret"))
            self.assertIn(
                "the bucket is in another region: give `region: eu-test-1`",
                self.refusal(store, AWS_REGION="us-west-9"))
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
                self.refusal(store), r"RequestTimeTooSkewed .*: the clocks differ \(the store's says \S+, this "
                r"machine's \S+\): set this machine's by NTP")

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


if __name__ == "__main__":
    unittest.main()
