"""Objects of a bucket over loopback, beside curl, which fetches the same ones and throws them away."""
import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from inputs import count_rows
from measure import PROGRAM, ROOT, Disagreement, alternate, run, skip
from products import compare, products
from table import Measurement, Section, verdict

READER = ROOT / ".build/release/Reader"
REQUIRED = ROOT / "Benchmarks/pipelines/required.yaml"
ROWS = 10_000_000
QUICK_ROWS = 1_000_000
TARGET = 0.8  # of curl's bytes/s
OBJECTS = 10
SMALL_OBJECTS = 1200
# The server sends files from the page cache without copying them, so that it is not what is measured.
SERVER = """daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; sendfile on; sendfile_max_chunk 4m; tcp_nopush on; keepalive_requests 100000;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    root {folder}/objects;
{listings}
  }}
}}
"""
LISTING = '    location = /{name} {{ default_type application/xml; alias {folder}/{name}.xml; }}\n'


def measure(path: Path, repeats: int) -> list[Section]:
    """The table; nothing where there is no server."""
    server = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if server is None:
        skip("S3: there is no nginx (apt-get install nginx-light)")
        return []
    if not READER.exists():
        skip("S3: there is no .build/release/Reader (leave out --no-build)")
        return []
    with tempfile.TemporaryDirectory(prefix="hitmon-s3-") as name:
        folder = Path(name)
        buckets = [Bucket(folder, "text", pieces(path, OBJECTS), "text"),
                   Bucket(folder, "small", pieces(path, SMALL_OBJECTS), "text in small objects")]
        with served(server, folder, buckets) as address:
            rows = [row for bucket in buckets for row in bucket.measure(address, path, repeats)]
    note = (
        f"{count_rows(path):,} text rows in {OBJECTS} objects and in {SMALL_OBJECTS:,}, sent by nginx from the page "
        f"cache over loopback without TLS; best of {repeats}, by the clock. The server works on the same processors. "
        "curl fetches the objects one after the other over one connection. The reader alone is hitmon without a "
        "pipeline")
    return [Section("Objects of a bucket", note, rows, "curl")]


def pieces(path: Path, count: int) -> list[bytes]:
    """The rows of a file without its header, in so many parts of whole rows."""
    data = path.read_bytes().partition(b"\n")[2]
    ends = [data.rfind(b"\n", 0, len(data) * (index + 1) // count) + 1 for index in range(count)]
    return [data[start:end] for start, end in pairwise([0, *ends])]


class Bucket:
    """Objects as files, and the listing that a store would give."""

    def __init__(self, folder: Path, name: str, contents: list[bytes], words: str) -> None:
        self.name = name
        self.words = words
        self.keys = [f"data_{index:05}" for index in range(len(contents))]
        self.size = sum(map(len, contents))
        self.files = files = folder / "objects" / name
        files.mkdir(parents=True)
        entries = []
        for key, content in zip(self.keys, contents, strict=True):
            (files / key).write_bytes(content)
            # nginx makes its tags so.
            tag = f"{int((files / key).stat().st_mtime):x}-{len(content):x}"
            entries.append(
                f"<Contents><Key>{key}</Key><Size>{len(content)}</Size><ETag>\"{tag}\"</ETag>"
                "<LastModified>2026-11-22T10:00:00Z</LastModified></Contents>")
        (folder / f"{name}.xml").write_text(
            f"<ListBucketResult><IsTruncated>false</IsTruncated>{''.join(entries)}</ListBucketResult>")

    def measure(self, address: str, path: Path, repeats: int) -> list[Measurement]:
        """Lines of the table."""
        self.environment = {
            "AWS_ENDPOINT_URL": address, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "no_proxy": "*"}
        self.check(path)
        names = [
            "curl to /dev/null", "hitmon's reader alone", "hitmon, products 1-4", "hitmon, products 1-4, from files"]
        from_files = [PROGRAM, "run", REQUIRED, "--input", self.files, "--quiet"]
        best = alternate(
            [self.curl(address), self.read, lambda: self.hitmon(REQUIRED),
             lambda: run(from_files).seconds], repeats, min, quiet=True)
        return [
            Measurement(
                f"{self.words}: {name}", self.size / seconds / 1e6, "MB/s",
                verdict(best[0] / seconds, TARGET, True, " of curl") if name.endswith("reader alone") else "",
                f"{best[0] / seconds:.2f}")
            for name, seconds in zip(names, best, strict=True)]

    def curl(self, address: str):
        """Seconds that curl takes for all objects."""
        targets = [word for key in self.keys for word in (f"{address}/{self.name}/{key}", "-o", "/dev/null")]
        return lambda: run(["curl", "-s", "-f", "--noproxy", "*", *targets]).seconds

    def read(self) -> float:
        """Seconds that reading all objects takes, without a pipeline."""
        usage = run([READER, f"s3://{self.name}/data_"], self.environment)
        if int(usage.output) != self.size:
            raise Disagreement(f"the bucket {self.name}: {usage.output.strip()} bytes instead of {self.size}")
        return usage.seconds

    def hitmon(self, pipeline: Path, *options: str | Path) -> float:
        """Seconds of one run over all objects."""
        return run(
            [PROGRAM, "run", pipeline, "--input", f"s3://{self.name}/data_", "--quiet", *options],
            self.environment).seconds

    def check(self, path: Path) -> None:
        """Raises Disagreement unless the objects give what the file gives."""
        with tempfile.TemporaryDirectory() as folder:
            found, expected = Path(folder, "objects.jsonl"), Path(folder, "file.jsonl")
            self.hitmon(REQUIRED, "--results", found)
            run([PROGRAM, "run", REQUIRED, "--input", path, "--results", expected, "--quiet"])
            compare(f"the bucket {self.name}, against the file", products(found), products(expected))


@contextlib.contextmanager
def served(server: str, folder: Path, buckets: list[Bucket]) -> Iterator[str]:
    """The address of a server that has the buckets."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    listings = "".join(LISTING.format(name=bucket.name, folder=folder) for bucket in buckets)
    (folder / "nginx.conf").write_text(SERVER.format(folder=folder, port=port, listings=listings))
    process = subprocess.Popen(
        [server, "-c", folder / "nginx.conf", "-p", folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        for _ in range(100):
            try:
                opener.open(f"{address}/{buckets[0].name}").close()
                break
            except urllib.error.URLError:
                time.sleep(0.05)
        else:
            raise RuntimeError("nginx did not start")
        yield address
    finally:
        process.terminate()
        process.wait()
