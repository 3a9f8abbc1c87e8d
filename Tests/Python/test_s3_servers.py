"""Servers of others: moto's, which is Amazon's protocol in Python, and SeaweedFS, a store that people run. Both hold
signatures against the keys that they know."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

from program import ROOT
from s3_case import S3Case, rows

try:
    import boto3
    import moto  # noqa: F401
    from botocore.config import Config
    from botocore.exceptions import ClientError
except ImportError as error:
    missing = str(error)
else:
    missing = None

WEED = shutil.which("weed", path=f"{ROOT}/.python/bin:{os.environ.get('PATH', '')}")
NAMES = ["data_0.txt", "data_1 +&=.txt", "data_ü/%41~(1)!.txt", "data_3.txt"]


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class ServerCase(S3Case):
    """A server of its own, with objects that S3's own client has put there."""

    names = NAMES
    address = None

    @classmethod
    def start(cls, command, **variables):
        """Starts the server and waits until it answers."""
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        log = open(pathlib.Path(directory.name) / "log", "w+")
        cls.addClassCleanup(log.close)
        process = subprocess.Popen(
            command, cwd=directory.name, env=os.environ | variables, stdout=log, stderr=log)
        cls.addClassCleanup(process.wait)
        cls.addClassCleanup(process.kill)
        for _ in range(600):
            try:
                urllib.request.urlopen(cls.address, timeout=5).close()
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                if process.poll() is not None:
                    break
                time.sleep(0.1)
        log.seek(0)
        raise RuntimeError(f"{command[0]} did not start: {log.read()[-2000:]}")

    @classmethod
    def client(cls, kind, key, secret):
        return boto3.client(
            kind, endpoint_url=cls.address, aws_access_key_id=key, aws_secret_access_key=secret,
            region_name="us-east-1",
            config=Config(request_checksum_calculation="when_required", retries={"max_attempts": 10}))

    def variables(self, **changes):
        return {
            "AWS_ENDPOINT_URL": self.address, "AWS_ACCESS_KEY_ID": self.key, "AWS_SECRET_ACCESS_KEY": self.secret,
            "HOME": "/nonexistent"} | changes

    @classmethod
    def fill(cls, client):
        cls.texts = [rows(1000, seed) for seed in range(len(cls.names))]
        client.create_bucket(Bucket="lab.hits")
        for name, text in zip(cls.names, cls.texts, strict=True):
            client.put_object(Bucket="lab.hits", Key=name, Body=text.encode())

    def refused(self, place, **changes):
        done = self.hitmon("run", "bucket.yaml", "--input", place, "--quiet", variables=self.variables(**changes))
        self.assertEqual(done.returncode, 2)
        return done.stderr

    def check_products_and_refusals(self):
        found = self.products("--input", "s3://lab.hits/data_", variables=self.variables())
        order = sorted(range(len(self.names)), key=lambda index: self.names[index].encode())
        self.agree(found, self.expected([self.texts[index] for index in order]))
        wanted = {f"s3://lab.hits/{name}": [0, len(text)] for name, text in zip(self.names, self.texts, strict=True)}
        self.assertEqual(found["source"]["offsets"], wanted)
        self.assertIn("NoSuchBucket", self.refused("s3://other/data_"))
        self.assertIn("no object's name begins with", self.refused("s3://lab.hits/other"))
        self.assertIn("InvalidAccessKeyId", self.refused("s3://lab.hits/data_", AWS_ACCESS_KEY_ID="AKIAOTHER"))
        self.assertIn(
            "SignatureDoesNotMatch", self.refused("s3://lab.hits/data_", AWS_SECRET_ACCESS_KEY="othersecret"))


@unittest.skipIf(missing, f"the packages of Tests/Python/requirements.txt are not there: {missing}")
class MotoTest(ServerCase):
    # moto signs paths that it has decoded and encoded again, and with some packages beside it not as they were.
    names = ["data_0.txt", "data_1.txt", "data_2/a.txt", "data_3.txt"]

    @classmethod
    def setUpClass(cls):
        port = free_port()
        cls.address = f"http://127.0.0.1:{port}"
        cls.start(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            INITIAL_NO_AUTH_ACTION_COUNT="1000000", AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x")
        iam = cls.client("iam", "x", "x")
        iam.create_user(UserName="shift")
        policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
        iam.put_user_policy(UserName="shift", PolicyName="all", PolicyDocument=json.dumps(policy))
        made = iam.create_access_key(UserName="shift")["AccessKey"]
        cls.key, cls.secret = made["AccessKeyId"], made["SecretAccessKey"]
        cls.fill(cls.client("s3", cls.key, cls.secret))
        # From here on signatures count.
        counted = urllib.request.Request(
            f"{cls.address}/moto-api/reset-auth", data=b"0", headers={"Content-Type": "text/plain"})
        urllib.request.urlopen(counted).close()

    def test_products_and_refusals(self):
        self.check_products_and_refusals()


@unittest.skipIf(missing, f"the packages of Tests/Python/requirements.txt are not there: {missing}")
@unittest.skipIf(WEED is None, "there is no SeaweedFS: its package in Tests/Python/requirements.txt is not there")
class SeaweedTest(ServerCase):
    @classmethod
    def setUpClass(cls):
        cls.key, cls.secret = "SHIFT", "seaweed+secret/1"
        keys = tempfile.NamedTemporaryFile("w", suffix=".json")
        cls.addClassCleanup(keys.close)
        json.dump({"identities": [{
            "name": "shift", "credentials": [{"accessKey": cls.key, "secretKey": cls.secret}],
            "actions": ["Admin", "Read", "List", "Write"]}]}, keys)
        keys.flush()
        port = free_port()
        cls.address = f"http://127.0.0.1:{port}"
        others = [word for name in ["master", "volume", "filer"] for word in [f"-{name}.port={free_port()}"]]
        grpc = [f"-{name}.port.grpc={free_port()}" for name in ["master", "volume", "filer", "s3"]]
        cls.start(
            [WEED, "server", "-dir=.", "-ip=127.0.0.1", "-s3", f"-s3.port={port}", f"-s3.config={keys.name}",
             "-s3.port.iceberg=0", "-s3.port.lance=0", "-volume.max=8", *others, *grpc])
        client = cls.client("s3", cls.key, cls.secret)
        # The store answers before it can keep anything.
        for _ in range(100):
            try:
                client.create_bucket(Bucket="first")
                client.put_object(Bucket="first", Key="first", Body=b"first")
                break
            except ClientError:
                time.sleep(0.2)
        cls.fill(client)

    def test_products_and_refusals(self):
        self.check_products_and_refusals()


if __name__ == "__main__":
    unittest.main()
