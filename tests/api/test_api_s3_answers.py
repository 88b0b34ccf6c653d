"""An S3 server that answers anything: each answer to a request of our own is read within limits, or refused as one of ours."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from typing_extensions import override

from voute.core.errors import StoreError
from voute.core.ports_store import StoreUnreachableError
from voute.store.s3 import S3Place
from voute.store.s3_cors import MAX_RULES, give_rule
from voute.store.s3_uploads import MAX_PAGE, Uploads

KEYS = "[default]\naws_access_key_id = AKIA\naws_secret_access_key = secret\n"


def page(uploads: str, *, more: bool = False) -> bytes:
    following = f"<IsTruncated>{str(more).lower()}</IsTruncated><NextKeyMarker>packs/a</NextKeyMarker>"
    return f"<ListMultipartUploadsResult>{following}{uploads}</ListMultipartUploadsResult>".encode()


def upload(initiated: str) -> str:
    return f"<Upload><Key>packs/a.pack</Key><UploadId>1</UploadId><Initiated>{initiated}</Initiated></Upload>"


@contextmanager
def server(folder: Path, body: bytes, *headers: tuple[str, str]) -> Iterator[S3Place]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    keys = folder / "keys"
    keys.write_text(KEYS)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        Thread(target=listening.serve_forever, daemon=True).start()
        try:
            yield S3Place("city", endpoint=f"http://127.0.0.1:{listening.server_port}", credentials=keys, seconds=10)
        finally:
            listening.shutdown()


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (page(upload("")), ()),
        (page(upload("yesterday")), ()),
        (page("", more=True), ()),
        (b"no list", ()),
        (b" " * (MAX_PAGE + 1), ()),
        (gzip.compress(page(upload("2026-01-01T00:00:00Z"))), (("content-encoding", "gzip"),)),
    ],
)
def test_api_s3_answers_that_are_no_list_of_uploads_are_refused_in_words(
    tmp_path: Path, body: bytes, headers: tuple[tuple[str, str], ...]
) -> None:
    with server(tmp_path, body, *headers) as place, pytest.raises(StoreError) as refused:
        Uploads(place, "packs").end_older(0)
    assert not isinstance(refused.value, StoreUnreachableError)


def test_api_s3_answers_control_a_list_of_uploads_is_read(tmp_path: Path) -> None:
    with server(tmp_path, page(upload("2026-01-01T00:00:00Z"))) as place:
        assert [one.key for one in Uploads(place, "packs").found()] == ["a.pack"]


def test_api_s3_answers_of_rules_without_end_are_refused(tmp_path: Path) -> None:
    with server(tmp_path, b" " * (MAX_RULES + 1)) as place, pytest.raises(StoreError, match="too long"):
        give_rule(place, "https://ville.example")
