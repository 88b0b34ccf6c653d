"""The bucket's rule for pages of another origin (CORS): whether it lets the city's pages read, and giving it.

Source: `GetBucketCors` and `PutBucketCors` of the S3 API; the question a browser asks first, Fetch standard, CORS preflight.
"""

import base64
import hashlib
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import httpx

from voute.core.errors import StoreError
from voute.core.ports_store import StoreRefusedError, StoreUnreachableError
from voute.store.s3 import S3Place
from voute.store.s3_credentials import find_credential
from voute.store.s3_http import Reply, ask
from voute.store.s3_signing import sign

MAX_RULES: Final = 256 * 1024
"""Bytes of a bucket's rules: S3 takes 64 KB."""
_NAMESPACE: Final = "http://s3.amazonaws.com/doc/2006-03-01/"
_QUERY: Final = "cors="
_NONE_YET: Final = b"NoSuchCORSConfiguration"
_METHOD: Final = "GET"
_HEADER: Final = "range"
_AGE: Final = "3600"


def allows(place: S3Place, address: str, folder: str, origin: str) -> bool:
    """Ask, as a browser does before it reads, whether pages of an origin may read ranges below a folder of the bucket.

    `address` is the server as browsers name it. No key is used.

    Raises:
        StoreUnreachableError: nobody answers there.
    """
    path = "/".join(filter(None, (place.bucket, place.prefix, folder)))
    asked = {"origin": origin, "access-control-request-method": _METHOD, "access-control-request-headers": _HEADER}
    reply = ask(place, "OPTIONS", f"{address}/{path}/", asked, limit=MAX_RULES)
    told = reply.headers
    headers = {one.strip().lower() for one in told.get("access-control-allow-headers", "").split(",")}
    return (
        reply.is_success and told.get("access-control-allow-origin") in {origin, "*"} and not headers.isdisjoint({_HEADER, "*"})
    )


def give_rule(place: S3Place, origin: str) -> None:
    """Add the rule of docs/operate/direct-reads.md to the bucket's own; the others stay.

    Raises:
        StoreRefusedError: the keys may not, or there are none to sign with.
        StoreUnreachableError: no answer.
        StoreError: the bucket's rules can't be read.
    """
    rules = _rules(place)
    rule = ET.SubElement(rules, f"{{{_NAMESPACE}}}CORSRule")
    for name, text in (
        ("AllowedOrigin", origin),
        ("AllowedMethod", _METHOD),
        ("AllowedHeader", _HEADER),
        ("ExposeHeader", "content-range"),
        ("MaxAgeSeconds", _AGE),
    ):
        ET.SubElement(rule, f"{{{_NAMESPACE}}}{name}").text = text
    _expect_done(_signed(place, "PUT", ET.tostring(rules, default_namespace=_NAMESPACE)))


def _rules(place: S3Place) -> ET.Element:
    reply = _signed(place, "GET")
    if reply.status == httpx.codes.NOT_FOUND and _NONE_YET in reply.content:
        return ET.Element(f"{{{_NAMESPACE}}}CORSConfiguration")
    _expect_done(reply)
    try:
        found = ET.fromstring(reply.content)  # noqa: S314 - expat bounds what entities grow to
    except ET.ParseError as error:
        raise StoreError("the bucket's rules cannot be read") from error
    for one in found.iter():
        # Some servers name no namespace; what is written back has one.
        one.tag = one.tag if one.tag.startswith("{") else f"{{{_NAMESPACE}}}{one.tag}"
    return found


def _signed(place: S3Place, method: str, body: bytes = b"") -> Reply:
    credential = find_credential(place.credentials)
    if credential is None:
        raise StoreRefusedError("a machine's role has no keys to sign with")
    path, host = f"/{place.bucket}", urlsplit(place.address).netloc
    headers = sign(credential, place.region, method, host, path, _QUERY, datetime.now(UTC), body)
    if body:
        # Asked for by S3 itself, whatever the signature covers.
        headers["content-md5"] = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
        headers["content-type"] = "application/xml"
    return ask(place, method, f"{place.address}{path}?{_QUERY}", headers, limit=MAX_RULES, body=body)


def _expect_done(reply: Reply) -> None:
    if not reply.is_success:
        kind = StoreUnreachableError if httpx.codes.is_server_error(reply.status) else StoreRefusedError
        raise kind(f"cors: {reply.status}")
