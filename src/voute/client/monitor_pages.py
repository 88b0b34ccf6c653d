"""Whether a city serves the pages that it has bound itself to: every file at every address, against the log."""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import ClassVar, Final

from voute.client.monitor_fetch import Fetcher
from voute.client.monitor_state import SeenRelease
from voute.core.errors import VerificationError
from voute.core.ids import Slug
from voute.core.ports_log import TileMissingError
from voute.format.release import ServedFile, parse_manifest

MANIFEST: Final = "/release-manifest.json"
VERIFIER: Final = "verifier.html"
ADDRESSES: Final[Mapping[str, tuple[str, ...]]] = {
    "index.html": ("/", "/ouvrir", "/connexion", "/documents", "/acces", "/papier", "/confidentialite", "/conditions"),
    "verify.html": ("/verifier",),
}
"""Where the pages are served (docs/spec/pages.md); every other file is at its own path."""

_ROOT: Final = re.compile(rb'(<script type="application/json" id="trust-root">)(.*?)(</script>)', re.DOTALL)


class PageAlteredError(VerificationError):
    """A file is served that is not the one of the release; facts `path`, and `count` of all that are."""

    code: ClassVar[str] = "page-altered"


class ReleaseNotLoggedError(VerificationError):
    """The city serves a release that is not the newest one in its log, or none is."""

    code: ClassVar[str] = "release-not-logged"


def check_manifest(raw: bytes, release: SeenRelease | None, city: Slug | None) -> Mapping[str, ServedFile]:
    """Return the files of a manifest if the log's newest release is this one.

    Raises:
        FormatError: not a manifest.
        ReleaseNotLoggedError: the log says something else, or nothing.
    """
    files = parse_manifest(raw)
    if release is None:
        raise ReleaseNotLoggedError("no release in the log")
    logged = release.release
    if logged.manifest != sha256(raw).digest() or (city is not None and logged.city != city):
        raise ReleaseNotLoggedError("another release in the log", release=logged.release)
    return files


def check_pages(fetch: Fetcher, files: Mapping[str, ServedFile], envelope: bytes) -> int:
    """Fetch every file at every address and compare; returns how many addresses there were.

    `envelope` is the trust root that the downloadable verifier must carry.

    Raises:
        PageAlteredError: one is altered or missing; the first is named.
        CityUnreachableError, AnswerRefusedError: an address cannot be read.
    """
    altered: list[str] = []
    count = 0
    for name, file in sorted(files.items()):
        for address in ADDRESSES.get(name, (f"/{name}",)):
            count += 1
            try:
                data = fetch.get(address)
            except TileMissingError:
                altered.append(address)
                continue
            if name == VERIFIER:
                data = without_root(data, envelope)
            if ServedFile.of(data) != file:
                altered.append(address)
    if altered:
        raise PageAlteredError("not as released", path=altered[0], count=len(altered))
    return count


def without_root(page: bytes, envelope: bytes) -> bytes:
    """Put `null` back where the verifier carries the city's trust root; with another root there the page stays as it is."""
    found = _ROOT.search(page)
    if found is None or found[2] != envelope.replace(b"<", b"\\u003c"):
        return page
    return page[: found.start(2)] + b"null" + page[found.end(2) :]
