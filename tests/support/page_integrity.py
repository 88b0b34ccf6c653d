"""Integrity of a page whose files a test has changed, written anew as by a city that serves other pages (docs/spec/pages.md)."""

import base64
import hashlib
import re
from collections.abc import Callable

_LISTED = re.compile(r'"/([^"]+)":"sha384-[^"]*"')
_ELEMENT = re.compile(r'((?:src|href)="/([^"]+)"[^>]*) integrity="[^"]*"')
_MAP = re.compile(r'<script type="importmap">(.*?)</script>', re.DOTALL)
_INLINE = re.compile(r'(<meta name="voute-inline" content=")[^"]*"')
_FRAME = re.compile(r'"/(assets/frame-[^"]+\.js)"')


def _hash(algorithm: str, data: bytes) -> str:
    return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, data).digest()).decode()}"


def with_integrity(page: bytes, read: Callable[[str], bytes]) -> bytes:
    """Give the page with the hashes of the files as `read` gives them."""
    html = _LISTED.sub(lambda one: f'"/{one[1]}":"{_hash("sha384", read(one[1]))}"', page.decode())
    html = _ELEMENT.sub(lambda one: f'{one[1]} integrity="{_hash("sha384", read(one[2]))}"', html)
    listed = _MAP.search(html)
    assert listed is not None, "the page has no import map"
    inline = [_hash("sha256", listed[1].encode()), *(_hash("sha256", read(name)) for name in _FRAME.findall(listed[1]))]
    return _INLINE.sub(lambda one: f'{one[1]}{" ".join(inline)}"', html).encode()
