"""An S3 store for tests: it holds every request's signature against botocore's own signer, and fails as it is told."""

import datetime
import hashlib
import http.server
import re
import ssl
import threading
import time
import urllib.parse
import xml.sax.saxutils

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEY, SECRET, TOKEN = "AKIDTEST", "verysecret/key+1", "session/token+=="
BUCKET = "hits"


class Object:
    """What is under a name, and when it was written."""

    def __init__(self, data, modified):
        self.data = data
        self.tag = hashlib.md5(data).hexdigest()
        self.modified = modified


class Refused(Exception):
    """An answer that is no good one."""

    def __init__(self, status, code, message, more="", fields=()):
        super().__init__(code)
        self.status, self.code, self.message, self.more, self.fields = status, code, message, more, dict(fields)


class Store:
    """A store in this process: `with Store() as store`. What it is told to do wrong is told by its attributes."""

    def __init__(self, region="eu-test-1", certificate=None):
        self.objects = {}
        self.region = region
        # Whether requests without a signature are taken.
        self.is_open = False
        # Session tokens that are taken; None wants none.
        self.token = None
        # Names in one page of a listing.
        self.page = 1000
        # How far the server's clock is ahead, in seconds.
        self.ahead = 0
        # (part of a target, status, code) of answers to come, each for one request.
        self.failures = []
        # (name, bytes): transfers to be cut off after so many bytes, each for one request.
        self.cuts = []
        # (name, bytes, data): what replaces an object once so many bytes of it were sent.
        self.replacement = None
        # Whether ETags are said and `If-Match` is obeyed, and ranges understood.
        self.knows_tags = True
        self.knows_ranges = True
        # (method, target, status, bytes sent) of every request.
        self.requests = []
        self.lock = threading.Lock()
        store = self

        class Handler(_Handler):
            pass

        Handler.store = store
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            self.scheme = "https"

    def __enter__(self):
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def address(self):
        return f"{self.scheme}://127.0.0.1:{self.server.server_port}"

    def put(self, name, data, modified="2026-11-22T10:00:00.000Z"):
        self.objects[name] = Object(data if isinstance(data, bytes) else data.encode(), modified)

    def environment(self, **changes):
        """The variables that lead a program here; those that are None are taken away."""
        variables = {
            "AWS_ENDPOINT_URL": self.address, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": self.region, "HOME": "/nonexistent"}
        return {name: value for name, value in (variables | changes).items() if value is not None}

    def statuses(self):
        """How often each status was answered."""
        found = {}
        for _, _, status, _ in self.requests:
            found[status] = found.get(status, 0) + 1
        return found

    # Answers

    def check(self, handler):
        """Whether the request is signed as botocore signs it."""
        authorization = handler.headers.get("Authorization")
        if authorization is None:
            if self.is_open:
                return
            raise Refused(403, "AccessDenied", "Access Denied")
        words = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request,\s*SignedHeaders=([^,]+),"
            r"\s*Signature=([0-9a-f]{64})", authorization)
        if words is None:
            raise Refused(400, "AuthorizationHeaderMalformed", "The authorization header is malformed")
        key, day, region, names, signature = words.groups()
        if key != KEY:
            raise Refused(403, "InvalidAccessKeyId", "The access key Id you provided does not exist in our records.")
        if region != self.region:
            raise Refused(
                400, "AuthorizationHeaderMalformed",
                f"The authorization header is malformed; the region '{region}' is wrong; expecting '{self.region}'",
                f"<Region>{self.region}</Region>")
        stamp = handler.headers["x-amz-date"]
        then = datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
        now = datetime.datetime.fromtimestamp(time.time() + self.ahead, datetime.timezone.utc)
        if not stamp.startswith(day) or abs((now - then).total_seconds()) > 900:
            raise Refused(
                403, "RequestTimeTooSkewed", "The difference between the times is too large.",
                f"<RequestTime>{stamp}</RequestTime><ServerTime>{now:%Y-%m-%dT%H:%M:%SZ}</ServerTime>")
        token = handler.headers.get("x-amz-security-token")
        if token != self.token:
            raise Refused(400, "ExpiredToken", "The provided token has expired.")
        request = AWSRequest(handler.command, f"{self.scheme}://{handler.headers['Host']}{handler.path}")
        for name in names.split(";"):
            request.headers[name] = handler.headers[name]
        request.context["timestamp"] = stamp
        signer = S3SigV4Auth(Credentials(KEY, SECRET, token), "s3", self.region)
        text = signer.string_to_sign(request, signer.canonical_request(request))
        required = {"host", "x-amz-date", "x-amz-content-sha256"} | ({"x-amz-security-token"} if token else set())
        if not required <= set(names.split(";")) or signer.signature(text, request) != signature:
            # As AWS does: what it says holds what was sent, but not the secret.
            raise Refused(
                403, "SignatureDoesNotMatch",
                "The request signature we calculated does not match the signature you provided.",
                f"<AWSAccessKeyId>{key}</AWSAccessKeyId><StringToSign>{xml.sax.saxutils.escape(text)}</StringToSign>")

    def listing(self, query):
        if query.get("list-type") != ["2"]:
            raise Refused(400, "InvalidArgument", "only ListObjectsV2")
        prefix = query.get("prefix", [""])[0]
        names = sorted((name for name in self.objects if name.startswith(prefix)), key=str.encode)
        after = query.get("continuation-token", [None])[0]
        if after is not None:
            names = [name for name in names if name.encode() > after.removeprefix("after/").removesuffix("+=").encode()]
        page, rest = names[:self.page], names[self.page:]
        lines = ['<?xml version="1.0" encoding="UTF-8"?>']
        lines += ['<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">']
        lines += [f"<Name>{BUCKET}</Name><KeyCount>{len(page)}</KeyCount><EncodingType>url</EncodingType>"]
        lines += [f"<IsTruncated>{'true' if rest else 'false'}</IsTruncated>"]
        if rest:
            token = xml.sax.saxutils.escape(f"after/{page[-1]}+=")
            lines.append(f"<NextContinuationToken>{token}</NextContinuationToken>")
        for name in page:
            entry = self.objects[name]
            tag = f"<ETag>&quot;{entry.tag}&quot;</ETag>" if self.knows_tags else ""
            lines.append(
                f"<Contents><Key>{urllib.parse.quote_plus(name)}</Key><LastModified>{entry.modified}</LastModified>"
                f"{tag}<Size>{len(entry.data)}</Size><StorageClass>STANDARD</StorageClass></Contents>")
        lines.append("</ListBucketResult>")
        return "\n".join(lines).encode()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Header and body are two writes, and the second must not wait for the first to be acknowledged.
    disable_nagle_algorithm = True
    store = None

    def log_message(self, *_):
        pass

    def do_GET(self):
        store = self.store
        path, _, question = self.path.partition("?")
        bucket, _, name = urllib.parse.unquote(path)[1:].partition("/")
        try:
            with store.lock:
                failure = next((failure for failure in store.failures if failure[0] in self.path), None)
                if failure:
                    store.failures.remove(failure)
            if failure:
                raise Refused(failure[1], failure[2], "Please reduce your request rate.", fields=failure[3:])
            store.check(self)
            if bucket != BUCKET:
                raise Refused(404, "NoSuchBucket", "The specified bucket does not exist")
            if not name:
                body = store.listing(urllib.parse.parse_qs(question, keep_blank_values=True))
                self.answer(200, {"Content-Type": "application/xml"}, body)
            else:
                self.send_object(name)
        except Refused as refused:
            body = (
                f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{refused.code}</Code>'
                f"<Message>{xml.sax.saxutils.escape(refused.message)}</Message>{refused.more}"
                f"<RequestId>1</RequestId></Error>").encode()
            self.answer(refused.status, refused.fields, body if refused.code else b"<html>Bad gateway</html>")
        except ConnectionError:
            # The client wants no more.
            self.close_connection = True

    def send_object(self, name):
        store = self.store
        entry = store.objects.get(name)
        if entry is None:
            raise Refused(404, "NoSuchKey", "The specified key does not exist.")
        data = entry.data
        fields = {"Content-Type": "binary/octet-stream", "Accept-Ranges": "bytes"}
        if store.knows_tags:
            fields["ETag"] = f'"{entry.tag}"'
            if self.headers.get("If-Match", f'"{entry.tag}"').strip('"') != entry.tag:
                raise Refused(412, "PreconditionFailed", "A pre-condition you specified did not hold")
        first, last, status = 0, len(data) - 1, 200
        words = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if words and store.knows_ranges:
            first, last, status = int(words[1]), min(int(words[2]), len(data) - 1), 206
            if first >= len(data):
                raise Refused(416, "InvalidRange", "The requested range is not satisfiable")
            fields["Content-Range"] = f"bytes {first}-{last}/{len(data)}"
        data = data[first:last + 1]
        with store.lock:
            cut = next((cut for cut in store.cuts if cut[0] == name), None)
            if cut:
                store.cuts.remove(cut)
            replaced = store.replacement
            if replaced and replaced[0] == name and last + 1 >= replaced[1]:
                store.put(name, replaced[2])
                store.replacement = None
        self.answer(status, fields, data, data[:cut[1]] if cut else data)

    def answer(self, status, fields, body, sent=None):
        sent = body if sent is None else sent
        self.store.requests.append((self.command, self.path, status, len(sent)))
        self.send_response(status)
        for field, value in fields.items():
            self.send_header(field, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(sent)
        if len(sent) < len(body):
            self.wfile.flush()
            self.close_connection = True
            self.connection.shutdown(2)
