"""A small S3 server over real HTTP, in a process of its own: what our driver asks of one, signatures checked, faults by script.

`python -m tests.support.s3.server BUCKET SECRET` writes its port, then one line of JSON for each line that comes in.
"""

import base64
import hashlib
import hmac
import json
import re
import sys
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from typing_extensions import override

from tests.support.s3.shelf import Object, Shelf, Upload

ACCESS_KEY: Final = "access"
PAGE: Final = 100
LISTED: Final = ("AllowedOrigins", "AllowedMethods", "AllowedHeaders", "ExposeHeaders")
NAMESPACE: Final = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
_AUTHORIZATION: Final = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/]+)/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)")
_RANGE: Final = re.compile(r"bytes=([0-9]+)-([0-9]*)")


class Refused(Exception):  # noqa: N818 - an answer
    """The answer is an error of this status and code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


def time_text(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def rule_of(found: ET.Element) -> dict[str, Any]:
    rule: dict[str, Any] = {name: [one.text for one in found.iterfind("{*}" + name[:-1])] for name in LISTED}
    return rule | {"MaxAgeSeconds": int(found.findtext("{*}MaxAgeSeconds") or 0)}


def text_of_rule(rule: dict[str, Any]) -> str:
    parts = [f"<{name[:-1]}>{escape(one)}</{name[:-1]}>" for name in LISTED for one in rule.get(name, ())]
    return f"<CORSRule>{''.join(parts)}<MaxAgeSeconds>{rule.get('MaxAgeSeconds', 0)}</MaxAgeSeconds></CORSRule>"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    shelf: ClassVar[Shelf]
    allowed: dict[str, str]

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        parts = urlsplit(self.path)
        self.query = dict(parse_qsl(parts.query, keep_blank_values=True))
        self.key = unquote(parts.path).removeprefix(f"/{self.shelf.bucket}").removeprefix("/")
        fault = self.shelf.fault(f"{self.command} {self.key}{'?' if self.query else ''}{','.join(sorted(self.query))}")
        kind = "" if fault is None else fault.kind
        origin = self.headers.get("origin")
        self.allowed = {} if origin is None else self.visited(origin)
        if fault is not None and fault.seconds:
            time.sleep(fault.seconds)
        if kind == "cut":
            self.close_connection = True
            return
        if kind in {"503", "403", "507"}:
            self.send(int(kind), self.error({"503": "SlowDown", "403": "AccessDenied", "507": "InsufficientStorage"}[kind]))
            return
        if self.command == "OPTIONS":
            self.send(200 if self.allowed else 403, b"" if self.allowed else self.error("AccessForbidden"))
            return
        try:
            self.check(parts.path, body)
            with self.shelf.lock:
                status, headers, reply = self.work(body)
        except Refused as error:
            status, headers, reply = error.status, {}, self.error(error.code)
        if kind == "cut-kept":
            self.close_connection = True
        elif kind == "503-kept":
            self.send(503, self.error("InternalError"))
        else:
            self.send(status, reply, headers, cut=kind == "torn")

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_OPTIONS = answer  # noqa: N815 - names of the base class

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def visited(self, origin: str) -> dict[str, str]:
        """Note what a page's browser sent; give the headers that let the page read the answer, also that of a refusal."""
        with self.shelf.lock:
            self.shelf.visits.append({":line": f"{self.command} {self.key}", **{k.lower(): v for k, v in self.headers.items()}})
            if self.command != "OPTIONS":
                return self.shelf.cors_of(origin, self.command)
            method = self.headers.get("access-control-request-method", "")
            wanted = self.headers.get("access-control-request-headers", "")
            return self.shelf.cors_of(origin, method, wanted, asked_first=True)

    def error(self, code: str) -> bytes:
        return f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code></Error>'.encode()

    def send(self, status: int, body: bytes, headers: dict[str, str] | None = None, *, cut: bool = False) -> None:
        said = {**(headers or {}), **self.allowed}
        lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in said.items())]
        if not any(line.startswith("content-length") for line in lines):
            lines.append(f"content-length: {len(body)}")
        if self.command == "HEAD" or status == 204:
            body = b""
        self.close_connection = cut
        self.wfile.write("\r\n".join([*lines, "", ""]).encode() + (body[: len(body) // 2] if cut else body))

    # ------------------------------------------------------------ who asks

    def check(self, path: str, body: bytes) -> None:
        """Refuse what is not signed by the one key, is too old, or does not hold the bytes that were signed."""
        if not self.shelf.is_there:
            raise Refused(404, "NoSuchBucket")
        if "X-Amz-Signature" in self.query:
            self.check_address(path)
            return
        match = _AUTHORIZATION.fullmatch(self.headers.get("authorization", ""))
        if match is None:
            raise Refused(403, "AccessDenied")
        said = self.headers.get("x-amz-content-sha256", "")
        if said != hashlib.sha256(body).hexdigest():
            raise Refused(400, "XAmzContentSHA256Mismatch")
        pairs = parse_qsl(urlsplit(self.path).query, keep_blank_values=True)
        text = "&".join(sorted(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs))
        self.check_signature(match[1], match[2], match[3], match[4], self.headers.get("x-amz-date", ""), text, path, said)

    def check_address(self, path: str) -> None:
        query = dict(self.query)
        signature = query.pop("X-Amz-Signature")
        began = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
        if time.time() > began + int(query["X-Amz-Expires"]):
            raise Refused(403, "AccessDenied")
        who, _, scope = query["X-Amz-Credential"].partition("/")
        text = "&".join(sorted(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in query.items()))
        self.check_signature(
            who, scope, query["X-Amz-SignedHeaders"], signature, query["X-Amz-Date"], text, path, "UNSIGNED-PAYLOAD"
        )

    def check_signature(
        self, who: str, scope: str, names: str, signature: str, moment: str, query: str, path: str, said: str
    ) -> None:
        headers = "".join(f"{name}:{' '.join((self.headers.get(name) or '').split())}\n" for name in names.split(";"))
        request = f"{self.command}\n{path}\n{query}\n{headers}\n{names}\n{said}"
        text = "\n".join(["AWS4-HMAC-SHA256", moment, scope, hashlib.sha256(request.encode()).hexdigest()])
        key = b"AWS4" + self.shelf.secret.encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        if who != ACCESS_KEY or hmac.digest(key, text.encode(), "sha256").hex() != signature:
            raise Refused(403, "SignatureDoesNotMatch")

    # ------------------------------------------------------------ what is asked

    def work(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        if "cors" in self.query:
            return self.rules(body)
        if not self.key:
            return 200, {}, self.list_uploads() if "uploads" in self.query else self.list_objects()
        match self.command:
            case "PUT":
                return self.put(body)
            case "POST":
                return self.post()
            case "DELETE":
                if "uploadId" in self.query:
                    if self.shelf.uploads.pop(self.query["uploadId"], None) is None:
                        raise Refused(404, "NoSuchUpload")
                else:
                    self.shelf.objects.pop(self.key, None)
                return 204, {}, b""
            case _:
                return self.get()

    def rules(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        """The bucket's rules for pages of other origins, read or replaced whole."""
        if self.command == "PUT":
            if self.headers.get("content-md5") != base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode():
                raise Refused(400, "InvalidDigest")
            self.shelf.cors = [rule_of(one) for one in ET.fromstring(body).iterfind("{*}CORSRule")]  # noqa: S314 - a test's own
            return 200, {}, b""
        if not self.shelf.cors:
            raise Refused(404, "NoSuchCORSConfiguration")
        return 200, {}, f"<CORSConfiguration>{''.join(map(text_of_rule, self.shelf.cors))}</CORSConfiguration>".encode()

    def put(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        if "partNumber" in self.query:
            self.upload().parts[int(self.query["partNumber"])] = body
            return 200, {"etag": Object(body, 0).tag}, b""
        kept = self.shelf.objects.get(self.key)
        if self.headers.get("if-none-match") == "*" and kept is not None:
            raise Refused(412, "PreconditionFailed")
        wanted = self.headers.get("if-match")
        if wanted is not None and (kept is None or kept.tag != wanted):
            raise Refused(412, "PreconditionFailed")
        return 200, {"etag": self.shelf.put(self.key, body).tag}, b""

    def upload(self) -> Upload:
        found = self.shelf.uploads.get(self.query["uploadId"])
        if found is None or found.key != self.key:
            raise Refused(404, "NoSuchUpload")
        return found

    def post(self) -> tuple[int, dict[str, str], bytes]:
        if "uploads" in self.query:
            name = f"upload-{len(self.shelf.requests)}-{time.time_ns()}"
            self.shelf.uploads[name] = Upload(self.key, time.time())
            inside = f"<Key>{escape(self.key)}</Key><UploadId>{name}</UploadId>"
            return 200, {}, f"<InitiateMultipartUploadResult {NAMESPACE}>{inside}</InitiateMultipartUploadResult>".encode()
        parts = self.upload().parts
        numbers = sorted(parts)
        if any(len(parts[number]) < 5 * 1024 * 1024 for number in numbers[:-1]):
            raise Refused(400, "EntityTooSmall")
        kept = self.shelf.put(self.key, b"".join(parts[number] for number in numbers))
        del self.shelf.uploads[self.query["uploadId"]]
        inside = f"<Key>{escape(self.key)}</Key><ETag>{escape(kept.tag)}</ETag>"
        return 200, {}, f"<CompleteMultipartUploadResult {NAMESPACE}>{inside}</CompleteMultipartUploadResult>".encode()

    def get(self) -> tuple[int, dict[str, str], bytes]:
        kept = self.shelf.objects.get(self.key)
        if kept is None:
            raise Refused(404, "NoSuchKey")
        changed = datetime.fromtimestamp(kept.changed, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
        headers = {"etag": kept.tag, "last-modified": changed}
        match = _RANGE.fullmatch(self.headers.get("range", ""))
        if match is None:
            return 200, {**headers, "content-length": str(len(kept.data))}, kept.data
        first, last = int(match[1]), min(int(match[2] or len(kept.data) - 1), len(kept.data) - 1)
        if first > last:
            raise Refused(416, "InvalidRange")
        headers["content-range"] = f"bytes {first}-{last}/{len(kept.data)}"
        return 206, headers, kept.data[first : last + 1]

    def list_objects(self) -> bytes:
        prefix, after = self.query.get("prefix", ""), self.query.get("continuation-token", "")
        keys = [key for key in self.shelf.below(prefix) if key > after]
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{time_text(one.changed)}</LastModified>"
            f"<ETag>{escape(one.tag)}</ETag><Size>{len(one.data)}</Size></Contents>"
            for key, one in ((key, self.shelf.objects[key]) for key in keys[:PAGE])
        )
        more = len(keys) > PAGE
        following = f"<NextContinuationToken>{escape(keys[PAGE - 1])}</NextContinuationToken>" if more else ""
        said = f"<IsTruncated>{str(more).lower()}</IsTruncated>{following}<KeyCount>{len(keys[:PAGE])}</KeyCount>"
        return f"<ListBucketResult {NAMESPACE}>{said}{rows}</ListBucketResult>".encode()

    def list_uploads(self) -> bytes:
        prefix, after = self.query.get("prefix", ""), self.query.get("upload-id-marker", "")
        names = sorted(name for name, one in self.shelf.uploads.items() if one.key.startswith(prefix) and name > after)
        rows = "".join(
            f"<Upload><Key>{escape(one.key)}</Key><UploadId>{name}</UploadId><Initiated>{time_text(one.began)}</Initiated></Upload>"
            for name, one in ((name, self.shelf.uploads[name]) for name in names[:PAGE])
        )
        more = len(names) > PAGE
        last = names[PAGE - 1] if more else ""
        key = self.shelf.uploads[last].key if more else ""
        said = f"<IsTruncated>{str(more).lower()}</IsTruncated><NextKeyMarker>{escape(key)}</NextKeyMarker>"
        said += f"<NextUploadIdMarker>{last}</NextUploadIdMarker>"
        return f"<ListMultipartUploadsResult {NAMESPACE}>{said}{rows}</ListMultipartUploadsResult>".encode()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    @override
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that goes away is what tests do."""


def main(bucket: str, secret: str) -> None:
    Handler.shelf = Shelf(bucket, secret=secret)
    server = Server(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    for line in sys.stdin:
        word, given = json.loads(line)
        sys.stdout.write(json.dumps(Handler.shelf.control(word, given)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
