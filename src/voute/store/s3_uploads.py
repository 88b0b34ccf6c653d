"""Uploads in parts that nobody finished: obstore can neither list nor end them, so these two requests are signed here.

Source: `ListMultipartUploads` and `AbortMultipartUpload` of the S3 API. Where the machine's role gives the keys nothing is done
here: the bucket's lifecycle rule does it (docs/operate/s3.md).
"""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final, NamedTuple
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree as ET

from voute.core.errors import StoreError
from voute.core.ports_store import StoreRefusedError, StoreUnreachableError
from voute.store.s3 import S3Place
from voute.store.s3_credentials import Credential, find_credential
from voute.store.s3_http import ask
from voute.store.s3_signing import encode_query, sign

# One page names 1,000 uploads at most, each in less than 1 KiB; a longer answer is no list.
MAX_PAGE: Final = 2 * 1024 * 1024
_OK: Final = 200
_GONE: Final = frozenset({204, 200, 404})
_REFUSED: Final = frozenset({401, 403, 404})


class Upload(NamedTuple):
    """An unfinished upload: the key it is for, its id, how many seconds ago it began."""

    key: str
    upload_id: str
    age: float


class Uploads:
    """Unfinished uploads below one folder of a bucket."""

    def __init__(self, place: S3Place, folder: str) -> None:
        """Take the bucket and the folder, without a slash at its end."""
        self._place = place
        self._folder = "/".join(filter(None, (place.prefix, folder)))
        self._address = place.address

    def found(self) -> Iterator[Upload]:
        """Yield them in the order of the server; none where the keys are the machine's role.

        Raises:
            StoreError: the server did not answer, or refused.
        """
        credential = find_credential(self._place.credentials)
        if credential is None:
            return
        markers: dict[str, str] = {}
        while True:
            page = self._page(credential, markers)
            for one in page.iter(_tag(page, "Upload")):
                key = _text(page, one, "Key").removeprefix(f"{self._folder}/")
                yield Upload(key, _text(page, one, "UploadId"), time.time() - _began(page, one))
            if _text(page, page, "IsTruncated") != "true":
                return
            before, markers = (
                markers,
                {
                    "key-marker": _text(page, page, "NextKeyMarker"),
                    "upload-id-marker": _text(page, page, "NextUploadIdMarker"),
                },
            )
            if markers == before:
                # It would be asked for without end.
                raise StoreError("the list of uploads does not go on")

    def end(self, key: str, upload_id: str) -> None:
        """Remove the parts of one; none is no error.

        Raises:
            StoreError: the server did not answer, or refused.
        """
        credential = find_credential(self._place.credentials)
        if credential is not None:
            path = f"/{self._place.bucket}/{quote(f'{self._folder}/{key}')}"
            self._ask(credential, "DELETE", path, {"uploadId": upload_id}, _GONE.__contains__)

    def end_older(self, seconds: float) -> int:
        """Remove all that began at least so many seconds ago; returns how many."""
        old = [one for one in self.found() if one.age >= seconds]
        for one in old:
            self.end(one.key, one.upload_id)
        return len(old)

    def _page(self, credential: Credential, markers: dict[str, str]) -> ET.Element:
        query = {"uploads": "", "prefix": f"{self._folder}/", **markers}
        raw = self._ask(credential, "GET", f"/{self._place.bucket}", query, _OK.__eq__)
        try:
            return ET.fromstring(raw)  # noqa: S314 - expat bounds what entities grow to
        except ET.ParseError as error:
            raise StoreError("the list of uploads cannot be read") from error

    def _ask(
        self, credential: Credential, method: str, path: str, query: dict[str, str], is_well: Callable[[int], bool]
    ) -> bytes:
        text = encode_query(query)
        headers = sign(credential, self._place.region, method, urlsplit(self._address).netloc, path, text, datetime.now(UTC))
        reply = ask(self._place, method, f"{self._address}{path}?{text}", headers, limit=MAX_PAGE)
        if not is_well(reply.status):
            kind = StoreRefusedError if reply.status in _REFUSED else StoreUnreachableError
            raise kind(f"uploads: {reply.status}")
        return reply.content


def _tag(page: ET.Element, name: str) -> str:
    """Name an element as this server does: some give a namespace, some none."""
    return page.tag[: page.tag.index("}") + 1] + name if page.tag.startswith("{") else name


def _began(page: ET.Element, upload: ET.Element) -> float:
    try:
        return datetime.fromisoformat(_text(page, upload, "Initiated")).timestamp()
    except (ValueError, OverflowError, OSError) as error:
        raise StoreError("the list of uploads cannot be read") from error


def _text(page: ET.Element, inside: ET.Element, name: str) -> str:
    return inside.findtext(_tag(page, name)) or ""
