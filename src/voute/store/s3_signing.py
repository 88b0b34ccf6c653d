"""Signatures of requests to S3, version 4, for what obstore does not sign: requests of our own, and a link for one range.

Source: AWS Signature Version 4 (signing with headers; signing with query parameters). Nothing here is logged.
"""

import hashlib
import hmac
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote, urlsplit

from voute.core.ids import Hash, hash_of
from voute.core.ports_direct import SignedRange
from voute.core.ports_store import StoreRefusedError
from voute.core.values import MICROSECONDS, unix_time
from voute.store.s3 import S3Place
from voute.store.s3_credentials import READ_AGAIN, Credential, find_credential

SIGNED_SECONDS: Final = 60
"""Life of a link: the server looks at it once, when the request begins, which is a moment after the page got it."""
_METHOD: Final = "AWS4-HMAC-SHA256"
_HIDDEN: Final = "x-amz-content-sha256"
_UNSIGNED: Final = "UNSIGNED-PAYLOAD"


def sign(
    credential: Credential, region: str, method: str, host: str, path: str, query: str, now: datetime, body: bytes = b""
) -> dict[str, str]:
    """Return the headers of a signed request; `path` and `query` are encoded, the query sorted."""
    moment = _moment(now)
    hidden = hashlib.sha256(body).hexdigest()
    headers = {"host": host, _HIDDEN: hidden, "x-amz-date": moment}
    if credential.token is not None:
        headers["x-amz-security-token"] = credential.token
    names, lines = _headers(headers)
    scope = _scope(moment, region)
    signature = _signature(credential, moment, scope, f"{method}\n{path}\n{query}\n{lines}\n{names}\n{hidden}")
    headers["authorization"] = (
        f"{_METHOD} Credential={credential.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return headers


def signed_link(credential: Credential, region: str, address: str, path: str, wanted: str, now: datetime) -> str:
    """Return a link that reads one range of one object: the signature covers the header `range`, so it opens nothing else.

    `wanted` is that header's value; whoever asks must send it as it is.
    """
    moment = _moment(now)
    scope = _scope(moment, region)
    names, lines = _headers({"host": urlsplit(address).netloc, "range": wanted})
    query = {
        "X-Amz-Algorithm": _METHOD,
        "X-Amz-Credential": f"{credential.access_key}/{scope}",
        "X-Amz-Date": moment,
        "X-Amz-Expires": str(SIGNED_SECONDS),
        "X-Amz-SignedHeaders": names,
    }
    if credential.token is not None:
        query["X-Amz-Security-Token"] = credential.token
    text = encode_query(query)
    signature = _signature(credential, moment, scope, f"GET\n{path}\n{text}\n{lines}\n{names}\n{_UNSIGNED}")
    return f"{address}{path}?{text}&X-Amz-Signature={signature}"


def encode_query(query: Mapping[str, str]) -> str:
    """Write a query as it is signed: sorted, encoded."""
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(query.items()))


class S3Signer:
    """Gives holders links to their own ranges of packs (`RangeSigner`); asks the server nothing."""

    def __init__(self, place: S3Place, folder: str, address: str) -> None:
        """Take the bucket, the folder of the packs, and the address that browsers reach the server at.

        Raises:
            StoreRefusedError: no keys to sign with: a machine's role has none that we could use.
        """
        self._place = place
        self._address = address
        self._folder = quote("/".join(filter(None, (place.bucket, place.prefix, folder))))
        self._kept: tuple[float, Credential] | None = None
        self._credential()

    def sign(self, name: Hash, offset: int, length: int, now: int) -> SignedRange:
        """Sign one range of a blob (`RangeSigner.sign`)."""
        wanted = f"bytes={offset}-{offset + length - 1}"
        moment = datetime.fromtimestamp(now // MICROSECONDS, UTC)
        path = f"/{self._folder}/{hash_of(name).hex()}.pack"
        url = signed_link(self._credential(), self._place.region, self._address, path, wanted, moment)
        return SignedRange(url, wanted, unix_time(int((moment + timedelta(seconds=SIGNED_SECONDS)).timestamp())))

    def _credential(self) -> Credential:
        """Return the keys, read again every minute, so that they can be changed under a running server."""
        kept = self._kept
        if kept is None or kept[0] < time.monotonic():
            found = find_credential(self._place.credentials)
            if found is None:
                raise StoreRefusedError("links cannot be signed with a machine's role: a file of keys is needed")
            kept = self._kept = (time.monotonic() + READ_AGAIN.total_seconds(), found)
        return kept[1]


def _moment(now: datetime) -> str:
    return now.strftime("%Y%m%dT%H%M%SZ")


def _scope(moment: str, region: str) -> str:
    return f"{moment[:8]}/{region}/s3/aws4_request"


def _headers(headers: Mapping[str, str]) -> tuple[str, str]:
    return ";".join(sorted(headers)), "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))


def _signature(credential: Credential, moment: str, scope: str, request: str) -> str:
    text = f"{_METHOD}\n{moment}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = f"AWS4{credential.secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()
